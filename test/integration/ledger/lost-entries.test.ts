import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { ledgerName } from "../../../src/ledger/name.ts";
import { serviceObject } from "../../objects/service.ts";
import { apply, list } from "../operator/operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { fleet, ledgerEntry, pool } from "../samples.ts";
import { Stage } from "./stage.ts";

describe("a Service whose ledger entry was lost", () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.set();
    await apply(
      stage.server,
      pool(),
      fleet({ addresses: { count: 1, pools: [{ name: "metallb-a" }] } }),
    );
  });
  after(async () => stage?.strike());

  const lateClaim = { namespace: "default", name: "late", slot: 0 };
  const events = async () => list(stage.server, "/apis/events.k8s.io/v1/namespaces/default/events");

  test("is adopted back while its fleet lives: it goes on as it is, and its entry is made again", async () => {
    const lost = await stage.inTheMaking("family");
    const [service] = await stage.servicesOf(lost.metadata.name);
    await stage.lose(lost.metadata.name);
    const again = await waitFor("the entry to be made again", async () => {
      const entry = await stage.entry(lost.metadata.name);
      return entry !== undefined &&
        entry.metadata.uid !== lost.metadata.uid &&
        entry.status?.phase === "Verifying"
        ? entry
        : undefined;
    });
    assert.deepEqual(again.spec, lost.spec);
    assert.deepEqual(again.metadata.labels, lost.metadata.labels);
    const after = await stage.servicesOf(lost.metadata.name);
    assert.deepEqual(
      after.map(({ metadata }) => metadata.uid),
      [service?.metadata.uid],
    );
    assert.equal(again.status.serviceName, service?.metadata.name);
    await waitFor(
      "an Event that says so",
      async () => (await events()).some(({ reason }) => reason === "AddressAdopted") || undefined,
    );
  });

  test("is adopted back when the operator starts, too", async () => {
    const lost = await stage.inTheMaking("family");
    await stage.stopOperator();
    await stage.lose(lost.metadata.name);
    stage.startOperator();
    const again = await waitFor("the entry to be made again", async () =>
      stage.entry(lost.metadata.name),
    );
    assert.deepEqual(again.spec, lost.spec);
  });

  const stranger = (
    name: string,
    given: { fleet?: string; claim?: object; entry: string; ip?: string },
  ): Service =>
    serviceObject({
      name,
      namespace: "default",
      metadata: {
        labels: {
          "app.kubernetes.io/managed-by": "proxyfleet",
          "proxyfleet.dev/fleet": given.fleet ?? "family",
          "proxyfleet.dev/address": given.entry,
        },
        annotations: {
          "proxyfleet.dev/claim": JSON.stringify(given.claim ?? {}),
          "metallb.io/loadBalancerIPs": given.ip ?? "203.0.113.77",
        },
      },
      spec: { type: "LoadBalancer", ports: [{ name: "chat", port: 443 }] },
    });
  /** Addresses of the pool that no entry holds: the fleet's own is any of them. */
  const unheld = async (): Promise<readonly [string, string]> => {
    const held = new Set((await stage.ledger()).map(({ spec }) => spec.address));
    const all = Array.from({ length: 10 }, (_, index) => `203.0.113.${50 + index}`);
    const [first = "", second = ""] = all.filter((address) => !held.has(address));
    return [first, second];
  };
  const isGone = async (name: string): Promise<void> => {
    await waitFor(`Service ${name} to be removed`, async () => {
      const { code } = await stage.server.call(
        "GET",
        `/api/v1/namespaces/default/services/${name}`,
      );
      return code === 404 || undefined;
    });
  };

  test("by a tenant's own hand burns no address, for nobody", async () => {
    const { uid } = (await stage.fleet("family")).metadata;
    const claimOf = (address: string, lane: number, given: object) =>
      ledgerEntry({
        address,
        lane,
        ports: [{ name: "chat", port: 443, targetPort: 20_000 + 4 * lane }],
        claimRef: { namespace: "default", name: "family", uid, slot: 0 },
        quarantineUntil: "2099-01-01T00:00:00Z",
        retiredBecause: "Blocked",
        cause: "Blocked",
        ...given,
      }).spec;
    const [rests, drains] = await unheld();
    const resting = claimOf(rests, 2, { want: "Quarantine" });
    const draining = claimOf(drains, 3, {
      want: "Drain",
      drainUntil: "2020-01-01T00:00:00Z",
    });
    // The operator looks at a Service once: its load balancer is to have set it by then.
    await stage.stopOperator();
    await apply(
      stage.server,
      stranger("resting", { claim: resting, entry: ledgerName(rests), ip: rests }),
      stranger("draining", { claim: draining, entry: ledgerName(drains), ip: drains }),
    );
    await waitFor("both to have their addresses", async () => {
      const services = await stage.balancer.services();
      const isSet = ({ metadata: { name }, status }: Service) =>
        (name === "resting" || name === "draining") && status?.loadBalancer?.ingress !== undefined;
      return services.filter(isSet).length === 2 || undefined;
    });
    stage.startOperator();
    await isGone("resting");
    assert.equal(await stage.entry(ledgerName(rests)), undefined);
    const adopted = await waitFor("the other to be taken for what it can be", async () =>
      stage.entry(ledgerName(drains)),
    );
    assert.deepEqual([adopted.spec.cause, adopted.spec.retiredBecause], ["NewSlot", "Requested"]);
    const rested = await waitFor("it to end as any other", async () => {
      const entry = await stage.entry(ledgerName(drains));
      return entry?.spec.want === "Quarantine" ? entry : undefined;
    });
    assert.equal(rested.spec.retiredBecause, "Requested");
    const days = (Date.parse(rested.spec.quarantineUntil ?? "") - Date.now()) / 86_400_000;
    assert.ok(days < 7.1, `it rests for ${days} days`);
  });

  test("stays while its fleet is missing for less than minutes: a restore may bring it", async () => {
    const [address, another] = await unheld();
    const claim = ledgerEntry({ claimRef: { ...lateClaim, uid: "u9" }, address });
    const late = { fleet: "late", entry: ledgerName(address), claim: claim.spec };
    await apply(stage.server, stranger("of-nobody", late));
    await waitFor(
      "it to be looked at",
      () => stage.lines.some(({ key }) => key === "default/of-nobody") || undefined,
    );
    await apply(stage.server, stranger("of-family", { entry: ledgerName(another) }));
    await isGone("of-family");
    const { code } = await stage.server.call(
      "GET",
      "/api/v1/namespaces/default/services/of-nobody",
    );
    assert.equal(code, 200);
  });

  test("claims nothing by a forged annotation: its load balancer must have set the address", async () => {
    const { uid } = (await stage.fleet("family")).metadata;
    const [address] = await unheld();
    const claim = ledgerEntry({
      address,
      lane: 2,
      ports: [{ name: "chat", port: 443, targetPort: 20_008 }],
      claimRef: { namespace: "default", name: "family", uid, slot: 0 },
    }).spec;
    await apply(stage.server, stranger("forged", { claim, entry: ledgerName(address) }));
    await isGone("forged");
    assert.equal(await stage.entry(ledgerName(address)), undefined);
    await waitFor(
      "an Event that says why",
      async () =>
        (await events()).some(({ note }) => String(note).includes(`has not set ${address}`)) ||
        undefined,
    );
  });
});
