import assert from "node:assert/strict";
import { test } from "node:test";
import { type SlotResult, measure } from "../unit/reachability/arrivals/people/measure.ts";
import { falseAlarmsPerMonth, table } from "../unit/reachability/arrivals/people/table.ts";

/** Six fleets of four slots, of groups from a family to a town. */
const sizes = [
  [5, 5, 5, 5, 8, 8, 8, 8],
  [12, 12, 12, 20, 20, 20, 30, 30],
  [50, 50, 100, 100, 200, 200, 500, 500],
].flat();
const worlds = Number(process.env["PROXYFLEET_WORLDS"] ?? 8);

function lived(each: number): SlotResult[] {
  // In every third country, a month of fasting turns day and night round.
  const fasting = each % 3 === 2 ? { fasting: { from: 30, until: 60 } } : {};
  return measure({
    seed: 100 + each,
    sizes,
    slotsPerFleet: 4,
    learn: 21,
    quiet: 60,
    blocks: 24,
    ...fasting,
  });
}

test("over hundreds of months of slots, arrivals give at most one false alarm a slot and month", (t) => {
  const results: SlotResult[] = [];
  for (let each = 0; each < worlds; each++) results.push(...lived(each));
  t.diagnostic(`\n${table(results)}`);
  for (const [people, slots] of Map.groupBy(results, (slot) => slot.people))
    assert.ok(falseAlarmsPerMonth(slots) <= 1, `slots of ${people}: ${falseAlarmsPerMonth(slots)}`);
});

test("two slots alone in a country give no more false alarms", (t) => {
  const results: SlotResult[] = [];
  for (let each = 0; each < 2 * worlds; each++)
    results.push(
      ...measure({
        seed: 200 + each,
        sizes: each % 2 === 0 ? [8, 20] : [30, 100],
        slotsPerFleet: 2,
        learn: 21,
        quiet: 90,
        blocks: 60,
      }),
    );
  t.diagnostic(`\n${table(results)}`);
  for (const [people, slots] of Map.groupBy(results, (slot) => slot.people))
    assert.ok(falseAlarmsPerMonth(slots) <= 1, `slots of ${people}: ${falseAlarmsPerMonth(slots)}`);
});
