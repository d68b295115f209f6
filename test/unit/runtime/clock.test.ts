import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sleep, timer } from "../../../src/runtime/clock.ts";
import { cryptoRandom } from "../../../src/runtime/random.ts";

describe("time", () => {
  test("a sleep ends at once when its signal fires", async () => {
    const stop = new AbortController();
    const slept = sleep(3_600_000, stop.signal);
    stop.abort();
    await slept;
    await sleep(3_600_000, stop.signal);
  });
  test("a delay of months does not fire at once, as a Node timer would", async () => {
    const cancel = timer(2 ** 40, () => assert.fail("it fired"));
    await new Promise((resolve) => setImmediate(resolve));
    await sleep(5);
    cancel();
  });
});

test("random numbers lie from 0 up to, not including, 1", () => {
  const numbers = Array.from({ length: 1000 }, cryptoRandom);
  assert.ok(numbers.every((number) => number >= 0 && number < 1));
  assert.equal(new Set(numbers).size, 1000);
});
