import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isPublished } from "../../stand-ins/simulated-cluster/invariants/entry.ts";
import { mishaps } from "./history/mishaps.ts";
import { settle } from "./history/settle.ts";
import { Stage, fleetKey } from "./history/stage.ts";

/**
 * A blocked group has a fresh address within this time (s), whatever troubles others: what pods wait
 * for a Secret, and others for a pod that lags, may add up.
 */
const withinSeconds = 300;

/**
 * Of each of these one at a time. Of two pods one may fail, and its eviction is noted on the budget.
 * There is one other fleet.
 */
const groups = [/^a pod |disruption budget/, /another/];

const names = Object.keys(mishaps);

/** The address that people in slot 1 are to use: the newest that serves. */
function published({ entries }: Stage): string | undefined {
  const own = entries.filter(
    (each) =>
      isPublished(each) &&
      each.spec.claimRef.name === fleetKey.name &&
      each.spec.claimRef.slot === 1,
  );
  const newestFirst = own.toSorted((a, b) => (b.spec.ordinal ?? 0) - (a.spec.ordinal ?? 0));
  return newestFirst[0]?.spec.address;
}

/** Time goes by in steps of five seconds, until it is so or the time is over. */
async function isSoWithin(stage: Stage, isSo: () => boolean): Promise<boolean> {
  for (let gone = 0; gone < withinSeconds && !isSo(); gone += 5) await stage.pass(5);
  return isSo();
}

/** Slot 1 is blocked while these things go wrong elsewhere: it moves all the same. */
async function checkSlot1Moves(seed: number, troubles: readonly string[]): Promise<void> {
  const stage = new Stage({ seed, size: "roomy", provider: "MetalLB" });
  await settle(stage);
  for (const trouble of troubles) await mishaps[trouble]?.(stage);
  const blocked = published(stage);
  assert.ok(blocked !== undefined);
  stage.cluster.people.reportBlocked(fleetKey, `${blocked} IR now`);
  const moved = () => published(stage) !== blocked;
  const heldUp = `slot 1 of ${fleetKey.namespace}/${fleetKey.name} was held up for ${withinSeconds} s, by: ${troubles.join("; ")}`;
  assert.ok(await isSoWithin(stage, moved), stage.story(heldUp));
  assert.notEqual(published(stage), undefined, stage.story("slot 1 lost its address"));
  stage.check();
}

for (const name of names)
  test(`a blocked group moves although ${name}`, async () => checkSlot1Moves(7, [name]));

test("a blocked group moves whatever goes wrong elsewhere at once; a failure says which slot was held up, and by what", async () => {
  const selector = (name: string) => groups.find((one) => one.test(name)) ?? name;
  const several = { minLength: 2, maxLength: 4, selector };
  const troubles = fc.uniqueArray(fc.constantFrom(...names), several);
  await fc.assert(fc.asyncProperty(fc.integer(), troubles, checkSlot1Moves), {
    seed: 20_261_128,
    numRuns: 40,
  });
});
