import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf } from "../../../src/runtime/plan.ts";
import { instant } from "../../../src/values/time.ts";

test("a plan has what is given, and nothing else", () => {
  const nothing = { effects: [], asks: [], requeueAt: undefined, explanations: [] };
  assert.deepEqual(planOf({}), nothing);
  const given = { asks: ["a"], requeueAt: instant(9) };
  assert.deepEqual(planOf(given), { ...nothing, ...given });
});
