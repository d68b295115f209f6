import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { rateLimit, reserve } from "../../../src/kubernetes/rate-limit.ts";

test("a burst goes out at once, and the rest at the given rate", () => {
  const waits: number[] = [];
  let next = Number.NEGATIVE_INFINITY;
  for (let request = 0; request < 5; request++) {
    const reserved = reserve({ perSecond: 10, burst: 3 }, next, 1_000);
    next = reserved.next;
    waits.push(reserved.waitMs);
  }
  assert.deepEqual(waits, [0, 0, 0, 100, 200]);
});

test("in no stretch of time go more requests out than burst and rate allow", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      gaps,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 5 }),
      (gaps, perSecond, burst) => {
        let [now, next] = [0, Number.NEGATIVE_INFINITY];
        const sent = gaps.map((gap) => {
          now += gap;
          const reserved = reserve({ perSecond, burst }, next, now);
          next = reserved.next;
          return now + reserved.waitMs;
        });
        for (const [first, from] of sent.entries())
          for (const [more, to] of sent.slice(first).entries())
            assert.ok(more + 1 <= burst + ((to - from) / 1000) * perSecond + 1e-6);
      },
    ),
  );
});

test("a limited client waits for its turn, in order", async () => {
  const slept: number[] = [];
  const admit = rateLimit(
    { perSecond: 2, burst: 1 },
    () => 0,
    async (ms) => void slept.push(ms),
  );
  for (let request = 0; request < 3; request++) await admit(new AbortController().signal);
  assert.deepEqual(slept, [500, 1_000]);
});
