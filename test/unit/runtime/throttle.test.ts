import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Pace } from "../../../src/runtime/throttle.ts";

describe("a pace", () => {
  test("lets a key go at once, and then only when its time is over", () => {
    const time = { now: 0 };
    const pace = new Pace(1_000, () => time.now);
    assert.equal(pace.waitMs("a"), 0);
    pace.went("a");
    time.now = 400;
    assert.deepEqual([pace.waitMs("a"), pace.waitMs("b")], [600, 0]);
    time.now = 1_000;
    assert.equal(pace.waitMs("a"), 0);
  });

  test("counts from the last time, also where the key did not wait", () => {
    const time = { now: 0 };
    const pace = new Pace(1_000, () => time.now);
    pace.went("a");
    time.now = 900;
    pace.went("a");
    assert.equal(pace.waitMs("a"), 1_000);
  });

  test("forgets keys whose time is over", () => {
    const time = { now: 0 };
    const pace = new Pace(1_000, () => time.now);
    for (let n = 0; n < 10_000; n++) {
      time.now += 1;
      pace.went(`key-${n}`);
    }
    assert.equal(pace.size, 1_000);
  });
});
