import assert from "node:assert/strict";
import { configMaps } from "../../../../src/kubernetes/builtin.ts";
import { seconds } from "../../../../src/values/time.ts";
import { ownEntries } from "../../../stand-ins/simulated-cluster/invariants/fleet.ts";
import { isPublished } from "../../../stand-ins/simulated-cluster/invariants/entry.ts";
import { type Stage, fleetKey } from "./stage.ts";

/** Longer and longer looks at a cluster in which nothing happens (s): three hours together. */
const looks = Array.from({ length: 12 }, (_, index) => 2 * 2 ** index);

const mostRounds = 3_000;

/** Everything works again, nothing is asked any more, and time goes by until nobody has anything to do. */
export async function settle(stage: Stage): Promise<void> {
  mend(stage);
  await untilIdle(stage);
  stage.check();
}

function mend({ cluster, invariants, clients, fleet, entries }: Stage): void {
  const { people, workloads, supervisors } = cluster;
  for (const { faults } of clients) faults.clear();
  invariants.letArrive(clients);
  cluster.mend();
  cluster.clock.isDoubtful = false;
  supervisors.stuck.clear();
  supervisors.silent.clear();
  supervisors.refused.clear();
  workloads.mend();
  for (const { name } of entries) people.measureNothing(name);
  if (fleet === undefined) return;
  people.pause(fleetKey, false);
  people.reportNothing(fleetKey);
  people.edit(fleetKey, { rotation: { maxAge: "0s", minAge: "0s", jitterPercent: 0 } });
}

/**
 * Somebody writes something at first; once nobody does, nobody does for hours. The operator's notes
 * of people's habits, once an hour, bear on no fleet.
 */
async function untilIdle(stage: Stage): Promise<void> {
  const { server, clock } = stage.cluster;
  let changes = 0;
  const end = server.onChange(({ resource }) => {
    if (resource.plural !== configMaps.plural) changes++;
  });
  for (let idle = 0, rounds = 0; idle < looks.length; rounds++) {
    assert.ok(rounds < mostRounds, stage.story("the fleet never settles"));
    const before = `${changes} ${writesTo(stage)}`;
    await stage.pass(0);
    idle = before === `${changes} ${writesTo(stage)}` ? idle + 1 : 0;
    clock.pass(seconds(looks[Math.min(idle, looks.length - 1)] ?? 1));
  }
  end();
}

function writesTo({ operator }: Stage): number {
  return operator.process.client.writes.filter(({ resource }) => resource !== configMaps.plural)
    .length;
}

/** The slots that people have an address for. */
export function publishedSlots({ fleet, entries }: Stage): readonly number[] {
  const own = fleet === undefined ? [] : ownEntries(fleet, entries).filter(isPublished);
  return [...new Set(own.map(({ spec }) => spec.claimRef.slot))].toSorted((a, b) => a - b);
}

/** Sees that all ended well: every slot has its address, and nothing is left behind. */
export async function checkSettled(stage: Stage): Promise<void> {
  const { fleet, entries, services } = stage;
  const story = stage.story("not all is well in the end");
  const deletedAt = fleet?.metadata.deletionTimestamp;
  assert.equal(deletedAt, undefined, `the fleet's deletion ends: ${story}`);
  if (fleet === undefined) {
    assert.deepEqual([entries.length, services.length], [0, 0], `all is forgotten: ${story}`);
    return;
  }
  const { count } = fleet.spec.addresses;
  const slots = Array.from({ length: count }, (_, slot) => slot);
  assert.deepEqual(publishedSlots(stage), slots, story);
  assert.equal(entries.length, count, `nothing is left but what serves: ${story}`);
  assert.equal(services.length, count, `no Service is left behind: ${story}`);
  for (const entry of entries) await checkEntry(stage, entry);
  checkStatus(fleet, story);
}

/** People who use the address come to its lane. */
async function checkEntry(
  { cluster }: Stage,
  { name, spec, status }: Stage["entries"][number],
): Promise<void> {
  const { address = "" } = spec;
  const verified = status?.conditions?.find(({ type }) => type === "Verified");
  assert.equal(verified?.status, "True", `${name} is published, and ${verified?.message}`);
  const shown = await cluster.network.certificateBehind({ host: address, port: 443 });
  assert.equal(shown, status?.certificateSHA256, `${name} shows another certificate`);
}

/** The fleet says that all is well, and that what was asked for is done. */
function checkStatus({ status, metadata, spec }: NonNullable<Stage["fleet"]>, story: string): void {
  const { conditions = [], addresses = [] } = status ?? {};
  const value = (name: string) => conditions.find(({ type }) => type === name)?.status;
  assert.deepEqual(
    [value("Ready"), value("AddressesReady"), value("PoolExhausted"), value("ChildrenApplied")],
    ["True", "True", "False", "True"],
    `${JSON.stringify(conditions)}: ${story}`,
  );
  assert.equal(addresses.length, spec.addresses.count, story);
  const asked = metadata.annotations?.["proxyfleet.dev/rotate-at"];
  assert.equal(status?.lastHandledRotateAt, asked, `the last request is answered: ${story}`);
}
