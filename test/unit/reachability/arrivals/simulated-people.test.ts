import assert from "node:assert/strict";
import { test } from "node:test";
import { measure } from "./people/measure.ts";
import { falseAlarmsPerMonth, table } from "./people/table.ts";

// The same over hundreds of months is test/slow/arrivals.test.ts; docs/arrivals.md has its table.
test("groups with nights, weekends, outages and bursts: few false alarms, and blocks are noticed", (t) => {
  const results = measure({
    seed: 11,
    slotsPerFleet: 4,
    learn: 21,
    quiet: 15,
    blocks: 5,
    sizes: [5, 8, 12, 20, 30, 50, 100, 100, 200, 200, 500, 500],
  });
  t.diagnostic(`\n${table(results)}`);
  assert.ok(falseAlarmsPerMonth(results) <= 1, `${falseAlarmsPerMonth(results)} a slot and month`);
  const blocks = results.filter(({ people }) => people >= 100).flatMap(({ noticed }) => noticed);
  const soon = blocks.filter((minutes) => minutes <= 60);
  assert.ok(blocks.length > 0 && soon.length >= blocks.length / 2, `minutes: ${blocks.join(", ")}`);
});
