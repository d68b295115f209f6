import assert from "node:assert/strict";
import { test } from "node:test";
import { memoize } from "../../../src/values/memoize.ts";

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
