import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { reportBlockedAnnotation } from "../../../src/api/names.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { kubectl } from "../../stand-ins/api-server/crds.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { fleet, pool } from "../samples.ts";
import { conditionOf, eventReasons, fleetPath, read } from "./fleet-objects.ts";
import { apply } from "./operator.ts";

let cluster: FakeCluster;
let server: ApiServer;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  cluster.runOperator();
});
after(async () => cluster.stop());

const statusOf = async () => (await read<WhatsAppProxy>(server, fleetPath("family")))?.status;

/** The columns of `kubectl get wap` with these names, of the one fleet. */
async function shown(...names: readonly string[]): Promise<readonly (string | undefined)[]> {
  const { stdout } = await kubectl(server, ["get", "wap"]);
  const [header, row] = stdout.split("\n").map((line) => line.trim().split(/ {2,}/));
  return names.map((name) => row?.[header?.indexOf(name) ?? -1]);
}

/** Waits until the condition Reachable says this. */
async function says(words: RegExp): Promise<string> {
  return waitFor(`Reachable says ${String(words)}`, async () => {
    const said = await conditionOf(server, "family", "Reachable");
    return said !== undefined && words.test(said) ? said : undefined;
  });
}

test("a group on a blocked address that no fresh one is left for is shown as cut off", async (t) => {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const addresses = { count: 2, pools: [{ name: "metallb-a" }] };
  const rotation = { maxAge: "0s", drain: { scheduled: "1s", blocked: "1s" } };
  await apply(
    server,
    pool({ addresses: ["127.66.0.0/31"], reserve: 0 }),
    fleet({ listeners, rotation, addresses }),
  );

  await t.test("while nothing measures, all are reachable as far as is known", async () => {
    await says(/^True NotMeasured: .* nothing measures 2 of 2/);
    assert.deepEqual(await shown("READY", "REACHABLE", "SERVING"), ["True", "2/2", "2/2"]);
  });

  const [row] = (await statusOf())?.addresses ?? [];
  assert.ok(row, "no address is published");
  const { address, slot } = row;
  await t.test("the one that is blocked says since when, and what prevents its move", async () => {
    const annotations = { [reportBlockedAnnotation]: `${address} IR now` };
    await server.patch(fleetPath("family"), { metadata: { annotations } });
    const said = await says(/^False AddressBlocked/);
    const start = `1 of 2 slots are cut off. slot ${slot}: ${address} is blocked in IR since 20`;
    assert.ok(said.includes(start), said);
    assert.match(said, /should move and can't: pool metallb-a has no free address/);
    assert.deepEqual(await shown("READY", "REACHABLE", "SERVING"), ["True", "1/2", "2/2"]);
  });

  await t.test("each slot has its own words", async () => {
    const slots = (await statusOf())?.slots ?? [];
    assert.deepEqual(
      slots.map((one) => [one.slot, one.blockedIn, one.burnt]),
      [0, 1].map((one) => (one === slot ? [one, ["IR"], 1] : [one, undefined, 0])),
    );
    assert.match(slots[slot]?.message ?? "", /has no free address/);
    assert.match(slots[1 - slot]?.message ?? "", /nothing asks for a move/);
  });

  await t.test("a Warning says so once", async () => {
    const reasons = await waitFor("the Warning", async () => {
      const all = await eventReasons(server, "family");
      return all.includes("AddressBlocked") ? all : undefined;
    });
    assert.equal(reasons.filter((reason) => reason === "AddressBlocked").length, 1);
  });

  await t.test("it moves once the pool has an address, and is reachable again", async () => {
    await apply(server, pool({ addresses: ["127.66.0.0/31", "127.66.1.0/30"], reserve: 0 }));
    await says(/^True NotMeasured/);
    assert.deepEqual(await shown("READY", "REACHABLE", "SERVING"), ["True", "2/2", "2/2"]);
    const moved = (await statusOf())?.slots?.[slot];
    assert.notEqual(moved?.address, address);
    assert.deepEqual([moved?.blockedIn, moved?.burnt], [undefined, 1]);
  });
});
