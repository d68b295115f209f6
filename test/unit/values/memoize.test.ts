import assert from "node:assert/strict";
import { test } from "node:test";
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
