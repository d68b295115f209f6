import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Throttle } from "../../../src/runtime/throttle.ts";

describe("a throttle", () => {
  test("lets a key go at once, and then only when its time is over", () => {
    const time = { now: 0 };
    const throttle = new Throttle(1_000, () => time.now);
    assert.equal(throttle.waitMs("a"), 0);
    throttle.went("a");
    time.now = 400;
    assert.deepEqual([throttle.waitMs("a"), throttle.waitMs("b")], [600, 0]);
    time.now = 1_000;
    assert.equal(throttle.waitMs("a"), 0);
  });

  test("counts from the last time, also where the key did not wait", () => {
    const time = { now: 0 };
    const throttle = new Throttle(1_000, () => time.now);
    throttle.went("a");
    time.now = 900;
    throttle.went("a");
    assert.equal(throttle.waitMs("a"), 1_000);
  });

  test("forgets keys whose time is over", () => {
    const time = { now: 0 };
    const throttle = new Throttle(1_000, () => time.now);
    for (let n = 0; n < 10_000; n++) {
      time.now += 1;
      throttle.went(`key-${n}`);
    }
    assert.equal(throttle.size, 1_000);
  });
});
