import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFresh } from "../../../src/pods/answer.ts";
import { type Millis, millis, plus } from "../../../src/values/time.ts";
import { noon } from "../rotation/build.ts";

describe("what a pod answered", () => {
  const cases: Record<string, { age: Millis; expect: boolean }> = {
    "shows what is so now when it has just come": { age: millis(0), expect: true },
    "shows it for almost five seconds": { age: millis(4_999), expect: true },
    "is old after five": { age: millis(5_000), expect: false },
    "is old when it comes from the future: the clock jumped": { age: millis(-1), expect: false },
  };
  for (const [name, { age, expect }] of Object.entries(cases))
    test(name, () =>
      assert.equal(isFresh({ at: noon, status: undefined }, plus(noon, age)), expect),
    );

  test("is not fresh where it was never asked", () =>
    assert.equal(isFresh(undefined, noon), false));
});
