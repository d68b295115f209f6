import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { RefusedWrites } from "../../../src/runtime/refused-writes.ts";

const error = new Error("not in this namespace");
let time: { now: number };
let writes: RefusedWrites;
beforeEach(() => {
  time = { now: 0 };
  writes = new RefusedWrites(() => time.now);
});

describe("a write that was refused", () => {
  beforeEach(() => writes.refused("secrets a/b", "one", error));

  test("is not asked for again within a second", () => {
    time.now = 999;
    assert.deepEqual(writes.of("secrets a/b", "one"), { error });
    time.now = 1_000;
    assert.equal(writes.of("secrets a/b", "one"), undefined);
  });

  test("may be tried at once with other content", () =>
    assert.equal(writes.of("secrets a/b", "two"), undefined));

  test("keeps no other object from being written", () =>
    assert.equal(writes.of("secrets a/c", "one"), undefined));

  test("waits twice as long after each further refusal, up to half a minute", () => {
    const pauses = [2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
    for (const pause of pauses) {
      time.now += 60_000;
      writes.refused("secrets a/b", "one", error);
      time.now += pause - 1;
      assert.deepEqual(writes.of("secrets a/b", "one"), { error }, `${pause}`);
      time.now += 1;
      assert.equal(writes.of("secrets a/b", "one"), undefined, `${pause}`);
    }
  });

  test("of other content begins with the shortest pause", () => {
    writes.refused("secrets a/b", "one", error);
    writes.refused("secrets a/b", "two", error);
    time.now = 1_000;
    assert.equal(writes.of("secrets a/b", "two"), undefined);
  });

  test("is forgotten once it was written", () => {
    writes.written("secrets a/b");
    assert.equal(writes.of("secrets a/b", "one"), undefined);
    assert.equal(writes.size, 0);
  });

  test("is forgotten after a while", () => {
    time.now = 61_000;
    writes.refused("secrets a/c", "one", error);
    assert.equal(writes.size, 1);
  });
});
