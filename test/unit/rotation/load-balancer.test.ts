import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as custom from "../../../src/api/resources.ts";
import { childName } from "../../../src/api/names.ts";
import { secrets, services } from "../../../src/kubernetes/builtin.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { keyOf } from "../../../src/kubernetes/resource.ts";
import { laneCertificates } from "../../../src/proxy/lane-certificates.ts";
import {
  type Entry,
  isInMaking,
  isPublished,
} from "../../stand-ins/simulated-cluster/invariants/entry.ts";
import { forbidden } from "../../stand-ins/simulated-cluster/process/faults.ts";
import { settle } from "./history/settle.ts";
import { type PoolSize, Stage, fleetKey } from "./history/stage.ts";

/** A fleet of two groups, each with a published address, that never moves by age. */
async function running(size: PoolSize = "roomy"): Promise<Stage> {
  const stage = new Stage({ seed: 5, size, provider: "MetalLB" });
  await settle(stage);
  return stage;
}

/** Time goes by in steps of five seconds. */
async function pass(stage: Stage, s: number): Promise<void> {
  for (let gone = 0; gone < s; gone += 5) await stage.pass(5);
  stage.check();
}

function published(stage: Stage, slot: number): Entry {
  const found = stage.entries.find(
    (entry) => isPublished(entry) && entry.spec.claimRef.slot === slot,
  );
  assert.ok(found !== undefined, `slot ${slot} has no published address`);
  return found;
}

function serviceOf(stage: Stage, { name }: Entry): Service {
  const found = stage.services.find(
    ({ metadata }) => metadata.labels?.["proxyfleet.dev/address"] === name,
  );
  assert.ok(found !== undefined, `${name} has no Service`);
  return found;
}

const entryOf = (stage: Stage, { name }: Entry): Entry | undefined =>
  stage.entries.find((entry) => entry.name === name);

function condition(entry: Entry | undefined): string {
  const verified = entry?.status?.conditions?.find(({ type }) => type === "Verified");
  return `${verified?.reason}: ${verified?.message}`;
}

function fleetSays(stage: Stage, type: string): string {
  const found = stage.fleet?.status?.conditions?.find((each) => each.type === type);
  return `${found?.status} ${found?.reason}: ${found?.message}`;
}

const block = (stage: Stage, slot: number): void =>
  stage.cluster.people.measure(published(stage, slot).name, "IR", "Blocked");

/** The addresses of the pool that no entry has. */
const refuseAllFree = (stage: Stage): void => {
  const held = new Set(stage.entries.map(({ spec }) => spec.address));
  for (const network of ["203.0.113.", "198.51.100.", "192.0.2."])
    for (let last = 0; last < 32; last++)
      if (!held.has(`${network}${last}`))
        stage.cluster.loadBalancer.refuse(`${network}${last}`, "address also in use");
};

describe("a load balancer that refuses every address", () => {
  test("does not run through the pool: each refusal takes longer than the one before", async () => {
    const stage = await running();
    refuseAllFree(stage);
    block(stage, 0);
    const claims = (): number => {
      const own = stage.entries.filter(({ spec }) => spec.claimRef.slot === 0);
      const [first] = [published(stage, 0)];
      const ordinals = own.map(({ spec }) => spec.ordinal ?? 0);
      return Math.max(...ordinals) - (first.spec.ordinal ?? 0);
    };
    await pass(stage, 60);
    const soon = claims();
    assert.ok(soon >= 2 && soon <= 4, `${soon} claims within a minute`);
    await pass(stage, 3_600);
    assert.ok(claims() > soon && claims() <= 14, `${claims()} claims within an hour`);
  });

  test("has no say while it says nothing: ten minutes of silence give nothing up", async () => {
    const stage = await running();
    stage.cluster.loadBalancer.isSilent = true;
    block(stage, 0);
    await pass(stage, 600);
    const [claim, ...others] = stage.entries.filter(isInMaking);
    assert.deepEqual(others, []);
    assert.match(condition(claim), /^LoadBalancerSilent/);
    assert.equal(claim?.status?.fault, undefined);
    assert.deepEqual(
      stage.entries.filter(({ spec }) => spec.want === "Quarantine"),
      [],
    );
    stage.cluster.loadBalancer.isSilent = false;
    await pass(stage, 60);
    assert.equal(published(stage, 0).name, claim?.name);
  });
});

test("a group whose address is blocked does not wait for a claim that its load balancer does not answer", async () => {
  const stage = await running();
  stage.cluster.people.rotate(fleetKey, "now", 0);
  stage.cluster.loadBalancer.isSilent = true;
  await pass(stage, 90);
  assert.equal(stage.entries.filter(isInMaking).length, 1);
  block(stage, 1);
  await pass(stage, 10);
  const slots = stage.entries.filter(isInMaking).map(({ spec }) => spec.claimRef.slot);
  assert.deepEqual(new Set(slots), new Set([0, 1]));
});

test("an address that is passed over while later ones are set is given up", async () => {
  const stage = await running();
  const { loadBalancer, people } = stage.cluster;
  people.rotate(fleetKey, "now", 0);
  loadBalancer.isSilent = true;
  await pass(stage, 15);
  const [ignored] = stage.entries.filter(isInMaking);
  assert.ok(ignored !== undefined);
  loadBalancer.ignored.add(ignored.spec.address ?? "");
  loadBalancer.isSilent = false;
  await pass(stage, 60);
  block(stage, 1);
  await pass(stage, 60);
  assert.equal(entryOf(stage, ignored)?.spec.want, "Serve", "its neighbour was set just now");
  await pass(stage, 180);
  assert.equal(entryOf(stage, ignored)?.spec.retiredBecause ?? "Refused", "Refused");
  assert.notEqual(published(stage, 0).name, ignored.name);
  assert.equal(published(stage, 0).spec.requestedAt, "0@now");
});

describe("a claim that can never be made", () => {
  test("since its fleet has a listener less makes room for another, though there is no other address", async () => {
    const stage = await running("tight");
    const { people, loadBalancer } = stage.cluster;
    people.edit(fleetKey, { listeners: { plainChat: { port: 5222 } } });
    await pass(stage, 30);
    loadBalancer.isSilent = true;
    people.rotate(fleetKey, "now", 0);
    await pass(stage, 15);
    const [claim] = stage.entries.filter(isInMaking);
    assert.ok(claim?.spec.ports.some(({ name }) => name === "plainChat"));
    people.edit(fleetKey, { listeners: { plainChat: null } });
    loadBalancer.isSilent = false;
    await pass(stage, 60);
    const { spec } = published(stage, 0);
    assert.equal(spec.requestedAt, "0@now");
    assert.ok(spec.ports.every(({ name }) => name !== "plainChat"));
  });

  test("since the API server refuses its Service goes on once that lets it, and says why till then", async () => {
    const stage = await running();
    const { faults } = stage.operator.process.client;
    faults.plan(forbidden("exceeded quota: services.loadbalancers"), { resource: "services" });
    stage.cluster.people.rotate(fleetKey, "now", 0);
    await pass(stage, 200);
    const claims = stage.entries.filter(({ spec }) => spec.requestedAt === "0@now");
    assert.deepEqual(
      claims.map(({ spec, status }) => [spec.want, status?.fault?.kind, status?.fault?.wholePool]),
      [["Serve", "Refused", true]],
    );
    assert.match(fleetSays(stage, "PoolExhausted"), /^True NoFreshAddress: .*exceeded quota/);
    faults.clear();
    await pass(stage, 60);
    assert.equal(published(stage, 0).name, claims[0]?.name);
  });
});

describe("an address that its load balancer takes back", () => {
  test("is replaced after some minutes, while others of its pool are set", async () => {
    const stage = await running();
    const lost = published(stage, 0);
    stage.cluster.loadBalancer.takeBack(serviceOf(stage, lost));
    await pass(stage, 60);
    assert.equal(published(stage, 0).name, lost.name, "it may come back");
    assert.match(condition(entryOf(stage, lost)), /^AddressLost/);
    await pass(stage, 120);
    assert.notEqual(published(stage, 0).name, lost.name);
    assert.equal(entryOf(stage, lost)?.spec.retiredBecause, "Lost");
  });

  test("is waited for where all are gone: that is an outage", async () => {
    const stage = await running();
    const all = [0, 1].map((slot) => published(stage, slot));
    for (const entry of all) stage.cluster.loadBalancer.takeBack(serviceOf(stage, entry));
    await pass(stage, 3_600);
    assert.deepEqual(
      [0, 1].map((slot) => published(stage, slot).name),
      all.map(({ name }) => name),
    );
    stage.cluster.mend();
    await pass(stage, 30);
    assert.deepEqual(
      stage.entries.map(({ name }) => name).toSorted(),
      all.map(({ name }) => name).toSorted(),
    );
  });

  test("is waited for where it comes back after the others", async () => {
    const stage = await running();
    const { loadBalancer } = stage.cluster;
    const [late, early] = [published(stage, 0), published(stage, 1)];
    for (const entry of [late, early]) loadBalancer.takeBack(serviceOf(stage, entry));
    await pass(stage, 600);
    loadBalancer.mend(serviceOf(stage, early));
    await pass(stage, 60);
    loadBalancer.mend(serviceOf(stage, late));
    await pass(stage, 600);
    assert.equal(published(stage, 0).name, late.name);
  });
});

test("a Service that somebody's finalizer holds keeps its address lit for a minute at most", async () => {
  const stage = await running();
  const { server, people } = stage.cluster;
  const old = published(stage, 0);
  const service = serviceOf(stage, old);
  const finalizers = [...(service.metadata.finalizers ?? []), "example.org/audit"];
  const somebody = { manager: "somebody" };
  server.patch(services, keyOf(service), { ...somebody, change: { metadata: { finalizers } } });
  people.rotate(fleetKey, "now", 0);
  await pass(stage, 180);
  const lanes = (): number[] => {
    const { namespace, name } = fleetKey;
    const secret = server.get(secrets, { namespace, name: childName(name) });
    return laneCertificates(secret).map(({ lane }) => lane);
  };
  assert.equal(entryOf(stage, old)?.spec.want, "Quarantine");
  assert.ok(!lanes().includes(old.spec.lane), "its lane is still open");
  assert.match(
    condition(entryOf(stage, old)),
    /^ServiceHeld: .*finalizer example\.org\/audit holds it/,
  );
  assert.match(fleetSays(stage, "AddressesReady"), /^True ServiceHeld: .*example\.org\/audit/);
  for (let move = 0; move < 3; move++) {
    people.rotate(fleetKey, `again ${move}`, 0);
    await pass(stage, 120);
    assert.notEqual(published(stage, 0).spec.lane, old.spec.lane, "its lane is not free yet");
  }

  server.patch(services, keyOf(service), {
    ...somebody,
    change: { metadata: { finalizers: [] } },
  });
  await stage.pass(1);
  await stage.pass(1);
  assert.ok(!lanes().includes(old.spec.lane), "its lane is opened once more");
  await pass(stage, 120);
  assert.match(fleetSays(stage, "AddressesReady"), /^True Verified/);
  assert.equal(server.get(custom.addresses, { name: old.name }), undefined);
});
