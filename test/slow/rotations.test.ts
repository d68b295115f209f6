import assert from "node:assert/strict";
import { test } from "node:test";
import * as custom from "../../src/api/resources.ts";
import type { SimulatedCluster } from "../stand-ins/simulated-cluster/cluster.ts";
import { isPublished } from "../stand-ins/simulated-cluster/invariants/entry.ts";
import { events } from "../stand-ins/simulated-cluster/neighbours/event.ts";
import { seeded } from "../unit/rotation/build.ts";
import { publishedSlots } from "../unit/rotation/history/settle.ts";
import { Stage, fleetKey } from "../unit/rotation/history/stage.ts";

const wanted = 10_000;
const random = seeded(11);

/** Counts what the operator claims, by cause. */
function countClaims(cluster: SimulatedCluster) {
  const claimed = { Age: 0, Blocked: 0, Requested: 0, NewSlot: 0 };
  cluster.server.onChange(({ type, resource, after }) => {
    if (type !== "ADDED" || resource.plural !== custom.addresses.plural) return;
    const { spec } = after as unknown as { spec: { cause: keyof typeof claimed } };
    claimed[spec.cause]++;
  });
  return claimed;
}

/** The API server keeps Events for an hour. */
function forgetEvents({ server }: SimulatedCluster): void {
  for (const { metadata } of server.list(events)) server.delete(events, metadata);
}

/** Now and then somebody asks for a rotation or reports a block, and the provider has bad days. */
function trouble({ cluster, entries, operator }: Stage, round: number): void {
  const { people, loadBalancer } = cluster;
  if (random() < 0.1) people.rotate(fleetKey, `request ${round}`);
  const published = entries.filter(isPublished);
  const unlucky = published[Math.floor(random() * published.length)];
  if (unlucky !== undefined && random() < 0.05)
    people.reportBlocked(fleetKey, `${unlucky.spec.address} IR ${round}`);
  if (random() < 0.001) loadBalancer.isSilent = !loadBalancer.isSilent;
  if (loadBalancer.isSilent && random() < 0.1) loadBalancer.isSilent = false;
  if (random() < 0.01) operator.process.client.killAfter(Math.floor(random() * 10));
}

test(`${wanted} rotations in a row, by age, by hand and because of blocks, with crashes, break no invariant and leave nothing behind`, async (t) => {
  const stage = new Stage({ seed: 7, size: "roomy", provider: "MetalLB" });
  const { people } = stage.cluster;
  people.scale(fleetKey, 4);
  people.edit(fleetKey, { rotation: { maxConcurrent: 2, minAge: "0s" } });
  const claimed = countClaims(stage.cluster);
  let writes = 0;
  let kills = 0;
  for (let round = 0; claimed.Age + claimed.Blocked + claimed.Requested < wanted; round++) {
    const { client } = stage.operator.process;
    await stage.pass(20);
    stage.check();
    writes += client.writes.length;
    client.forgetWrites();
    if (client.isKilled) kills++;
    if (round % 200 === 0) forgetEvents(stage.cluster);
    trouble(stage, round);
    assert.ok(round < 1_000_000, "rotations come too seldom");
  }
  assert.deepEqual(publishedSlots(stage), [0, 1, 2, 3]);
  assert.ok(stage.entries.length < 48, `${stage.entries.length} entries are left`);
  assert.ok(
    claimed.Age > 100 && claimed.Blocked > 100 && claimed.Requested > 100,
    JSON.stringify(claimed),
  );
  t.diagnostic(`${JSON.stringify(claimed)}, ${writes} writes, ${kills} crashes`);
});
