import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RateGate } from "../../../src/runtime/rate-gate.ts";
import { millis } from "../../../src/values/time.ts";

describe("a rate", () => {
  test("lets the burst through, refuses the rest, and recovers", () => {
    const gate = new RateGate({ perSecond: 2, burst: 3 });
    const passes = (at: number) => gate.passes(millis(at));
    assert.deepEqual([0, 0, 0, 0].map(passes), [true, true, true, false]);
    assert.deepEqual([500, 500].map(passes), [true, false]);
  });

  test("what is refused costs nobody anything later", () => {
    const gate = new RateGate({ perSecond: 1, burst: 1 });
    assert.ok(gate.passes(0));
    for (let count = 0; count < 1000; count++) assert.ok(!gate.passes(1));
    assert.ok(gate.passes(1001));
  });
});
