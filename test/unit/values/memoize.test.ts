import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memoize, memoizeWeakly } from "../../../src/values/memoize.ts";

test("what is memoized of an object is made once, and of each object for itself", () => {
  let made = 0;
  const lengthOf = memoize((from: readonly string[]) => ({ length: from.length, nth: ++made }));
  const [short, long] = [["a"], ["a", "b"]];
  assert.deepEqual(
    [lengthOf(short), lengthOf(long)],
    [
      { length: 1, nth: 1 },
      { length: 2, nth: 2 },
    ],
  );
  assert.equal(lengthOf(short), lengthOf(short));
  assert.equal(made, 2);
});

test("what is memoized weakly is made once while it is in use", () => {
  let made = 0;
  const lengthOf = memoizeWeakly((from: readonly string[]) => ({
    length: from.length,
    nth: ++made,
  }));
  const [short, long] = [["a"], ["a", "b"]];
  const results = [lengthOf(short), lengthOf(long), lengthOf(short), lengthOf(long)];
  assert.deepEqual(
    results.map(({ length, nth }) => [length, nth]),
    [
      [1, 1],
      [2, 2],
      [1, 1],
      [2, 2],
    ],
  );
});

/** Collects all garbage, as a busy operator does every second. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // A weak reference holds for the rest of the turn in which it was read.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
}

test("what is memoized weakly and was asked for of late is not made again when garbage is collected", async () => {
  let made = 0;
  const nthOf = memoizeWeakly((_: readonly string[]) => ({ nth: ++made }));
  const key = ["a"];
  assert.equal(nthOf(key).nth, 1);
  await collectGarbage();
  assert.equal(nthOf(key).nth, 1);
});

test("what is memoized weakly goes with the object that it was made from", async () => {
  const made: WeakRef<object>[] = [];
  const memo = memoizeWeakly((from: readonly string[]) => {
    const result = { from: from.length };
    made.push(new WeakRef(result));
    return result;
  });
  for (let nth = 0; nth < 100; nth++) memo([String(nth)]);
  await collectGarbage();
  const alive = made.filter((result) => result.deref() !== undefined);
  assert.ok(alive.length <= 1, `${alive.length} are alive`);
});

test("what is memoized weakly and was long not asked for goes with the garbage", async () => {
  let made = 0;
  const nthOf = memoizeWeakly((_: readonly string[]) => ({ nth: ++made }));
  const [key, others] = [["a"], Array.from({ length: 2_000 }, (_, nth) => [String(nth)])];
  nthOf(key);
  for (const other of others) nthOf(other);
  await collectGarbage();
  assert.equal(nthOf(key).nth, others.length + 2, "it was made again");
});
