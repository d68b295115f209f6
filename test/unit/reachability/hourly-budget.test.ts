import assert from "node:assert/strict";
import { test } from "node:test";
import { HourlyBudget } from "../../../src/reachability/sources/hourly-budget.ts";
import { hours, instant, millis, minutes, plus } from "../../../src/values/time.ts";

const start = instant(Date.UTC(2026, 10, 23, 14));

test("an hour's calls are counted from each of them", () => {
  const budget = new HourlyBudget(2);
  budget.spend(start);
  budget.spend(plus(start, minutes(20)));
  assert.deepEqual(budget.at(plus(start, minutes(30))), { left: 0, renewedInMs: minutes(30) });
  assert.deepEqual(budget.at(plus(start, hours(1))), { left: 1, renewedInMs: minutes(20) });
  assert.deepEqual(budget.at(plus(start, hours(2))), { left: 2, renewedInMs: millis(0) });
});

test("a clock that is set back by a day does not lock the budget", () => {
  const budget = new HourlyBudget(1);
  budget.spend(start);
  assert.equal(budget.at(plus(start, millis(-86_400_000))).left, 1);
});
