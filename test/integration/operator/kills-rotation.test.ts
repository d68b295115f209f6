import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { certificateBehind } from "../../../src/address/io/handshake.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FakeCluster, inCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { fleet, pool } from "../samples.ts";
import { CrashingOperator } from "../../stand-ins/operator/crashing-operator.ts";
import { apply } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { entriesOf, fleetPath, read, servicesOf } from "./fleet-objects.ts";

const request = "the first";
let cluster: FakeCluster;
let server: ApiServer;
let crashing: CrashingOperator;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  crashing = await CrashingOperator.start(server, inCluster);
});
after(async () => {
  await crashing.stop();
  await cluster.stop();
});

const family = async (): Promise<WhatsAppProxy | undefined> =>
  read<WhatsAppProxy>(server, fleetPath("family"));

/** What people are told now: the address of the fleet's one slot. */
async function published(): Promise<string | undefined> {
  return (await family())?.status?.addresses?.find(({ phase }) => phase === "Serving")?.address;
}

/**
 * True after every death: people have an address that answers, one claim was made for the request,
 * and no Service is left alone.
 */
async function checkSlot(): Promise<void> {
  const address = await published();
  assert.ok(address !== undefined, "the slot lost its published address");
  await certificateBehind({ host: address, port: dataPlanePorts.chat }, 5_000);
  const entries = await entriesOf(server, "family");
  assert.ok(
    entries.filter(({ spec }) => spec.requestedAt === request).length <= 1,
    "the request was answered twice",
  );
  const names = new Set(entries.map(({ metadata }) => metadata.name));
  for (const { metadata } of await servicesOf(server, "family"))
    assert.ok(
      names.has(metadata.labels?.["proxyfleet.dev/address"] ?? ""),
      `${metadata.name} is without its entry`,
    );
}

// One claim, an address at every moment, and the old one dark at the end.
test("an operator that is killed after each write of a rotation finishes it", async (t) => {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const rotation = { maxAge: "0s", minAge: "0s", drain: { scheduled: "1s", blocked: "1s" } };
  const addresses = { count: 1, pools: [{ name: "metallb-a" }] };
  await apply(
    server,
    pool({ addresses: ["127.65.0.0/24"] }),
    fleet({ replicas: 1, listeners, rotation, addresses }),
  );
  const first = new OperatorProcess(await crashing.writeGate.kubeconfig(), inCluster);
  const old = await waitFor("the first address", published);
  first.kill();
  await first.gone();

  await server.patch(fleetPath("family"), {
    metadata: { annotations: { "proxyfleet.dev/rotate-at": request } },
  });
  const isDone = async (): Promise<boolean> => {
    const entries = await entriesOf(server, "family");
    const rests = entries.find(({ spec }) => spec.address === old)?.status?.phase === "Quarantined";
    return (
      rests &&
      (await family())?.status?.lastHandledRotateAt === request &&
      (await servicesOf(server, "family")).length === 1
    );
  };
  const operators = await crashing.runUntil(isDone, () => 1, checkSlot);
  t.diagnostic(`${operators} operators`);
  assert.ok(operators > 6, `a rotation took ${operators} operators: are its writes seen?`);

  const entries = await entriesOf(server, "family");
  const phases = new Map(
    entries.map(({ spec, status }) => [spec.address === old ? "old" : "new", status?.phase]),
  );
  assert.deepEqual(
    phases,
    new Map([
      ["old", "Quarantined"],
      ["new", "Serving"],
    ]),
  );
  assert.equal(entries.length, 2);
  assert.notEqual(await published(), old);
  await checkSlot();
});
