import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Pacer, type Pacing } from "../../../src/runtime/pacer.ts";

const debounce: Pacing = { kind: "debounce", quietMs: 1_000, longestMs: 5_000 };
const throttle: Pacing = { kind: "throttle", everyMs: 1_000 };

function handPacer() {
  const time = { now: 0 };
  return { time, pacer: new Pacer(() => time.now) };
}

describe("a write", () => {
  test("that may not wait goes at once", () => {
    const { pacer } = handPacer();
    pacer.written("a");
    assert.equal(pacer.waitMs("a", "1", undefined), 0);
  });

  test("waits for quiet, and no longer once it is quiet", () => {
    const { time, pacer } = handPacer();
    const waits = [pacer.waitMs("a", "1", debounce)];
    time.now = 400;
    waits.push(pacer.waitMs("a", "1", debounce));
    time.now = 1_000;
    waits.push(pacer.waitMs("a", "1", debounce));
    assert.deepEqual(waits, [1_000, 600, 0]);
  });

  test("waits for quiet again after one that went", () => {
    const { time, pacer } = handPacer();
    pacer.waitMs("a", "1", debounce);
    time.now = 1_000;
    pacer.written("a");
    assert.equal(pacer.waitMs("a", "1", debounce), 1_000);
  });

  test("waits for quiet again after there was nothing to write", () => {
    const { time, pacer } = handPacer();
    pacer.waitMs("a", "1", debounce);
    time.now = 1_000;
    pacer.settled("a");
    assert.equal(pacer.waitMs("a", "1", debounce), 1_000);
  });

  test("that comes once in a while waits after the last one of its object only", () => {
    const { time, pacer } = handPacer();
    pacer.written("a");
    time.now = 300;
    assert.deepEqual(
      [pacer.waitMs("a", "1", throttle), pacer.waitMs("b", "1", throttle)],
      [700, 0],
    );
  });
});

test("a pacer remembers what waits, and what went a short while ago", () => {
  const { time, pacer } = handPacer();
  pacer.waitMs("a", "1", debounce);
  pacer.waitMs("b", "1", debounce);
  pacer.written("c");
  const sizes = [pacer.size];
  pacer.settled("a");
  pacer.settled("b");
  sizes.push(pacer.size);
  time.now = 60_000;
  pacer.written("d");
  sizes.push(pacer.size);
  assert.deepEqual(sizes, [3, 1, 1]);
});
