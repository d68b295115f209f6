import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Debounce } from "../../../src/runtime/debounce.ts";

describe("a debounce", () => {
  const setUp = () => {
    const world = { now: 0, times: { quietMs: 1_000, longestMs: 2_500 } };
    const debounce = new Debounce(() => world.now);
    const waitsAt = (now: number, what: string, key = "a"): number => {
      world.now = now;
      return debounce.waitMs(key, what, world.times);
    };
    return { world, debounce, waitsAt };
  };

  test("ends when nothing new has come for a while, each key for itself", () => {
    const { waitsAt } = setUp();
    assert.deepEqual(
      [waitsAt(0, "1"), waitsAt(400, "1", "b"), waitsAt(900, "1")],
      [1_000, 1_000, 100],
    );
    assert.deepEqual([waitsAt(1_200, "1"), waitsAt(1_200, "1", "b")], [0, 200]);
  });

  test("goes on while something new comes, also after quiet that nobody saw, but not for good", () => {
    const { waitsAt } = setUp();
    assert.deepEqual(
      [waitsAt(0, "1"), waitsAt(1_300, "2"), waitsAt(2_000, "3"), waitsAt(2_500, "4")],
      [1_000, 1_000, 500, 0],
    );
  });

  test("begins anew with what comes after what went", () => {
    const { debounce, waitsAt } = setUp();
    assert.deepEqual([waitsAt(0, "1"), waitsAt(1_000, "1"), waitsAt(1_000, "1")], [1_000, 0, 0]);
    debounce.end("a");
    assert.equal(waitsAt(1_100, "2"), 1_000);
  });

  test("ends earlier for what waits already, if the times become shorter", () => {
    const { world, waitsAt } = setUp();
    world.times = { quietMs: 60_000, longestMs: 60_000 };
    assert.equal(waitsAt(0, "1"), 60_000);
    world.times = { quietMs: 1_000, longestMs: 2_500 };
    assert.equal(waitsAt(10_000, "1"), 0);
  });

  test("lets what is more urgent than what waits already wait its own time, for what comes with it", () => {
    const { world, waitsAt } = setUp();
    world.times = { quietMs: 60_000, longestMs: 60_000 };
    waitsAt(0, "1");
    world.times = { quietMs: 5_000, longestMs: 5_000 };
    assert.deepEqual(
      [waitsAt(10_000, "2"), waitsAt(14_000, "2"), waitsAt(14_000, "3")],
      [5_000, 1_000, 1_000],
    );
  });

  test("never holds back for longer what was to go earlier", () => {
    const { world, waitsAt } = setUp();
    world.times = { quietMs: 5_000, longestMs: 5_000 };
    waitsAt(0, "1");
    world.times = { quietMs: 60_000, longestMs: 60_000 };
    assert.deepEqual([waitsAt(1_000, "2"), waitsAt(5_000, "2")], [4_000, 0]);
  });

  test("remembers nothing of what went", () => {
    const { debounce, waitsAt } = setUp();
    waitsAt(0, "1");
    debounce.end("a");
    assert.equal(debounce.size, 0);
  });
});
