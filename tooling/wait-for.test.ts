import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { waitFor } from "./wait-for.ts";

/** A look that gives these one after the other; an error is thrown. */
function looks<T>(...outcomes: readonly T[]): () => Promise<T> {
  const left = [...outcomes];
  return async () => {
    const [next] = left.splice(0, Math.min(1, left.length - 1));
    const outcome = next ?? left[0]!;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
}

describe("a wait", () => {
  const often = { everyMs: 1 };

  test("goes on while there is nothing to see, and through errors", async () =>
    assert.equal(
      await waitFor("it", looks<unknown>(false, new Error("not there"), "seen"), often),
      "seen",
    ));

  test("takes 0 and the empty string for something", async () => {
    assert.equal(await waitFor("it", () => 0), 0);
    assert.equal(await waitFor("it", () => ""), "");
  });

  test("ends with what was waited for, and the last error", async () => {
    const error = new Error("not there");
    await assert.rejects(waitFor("the moon", looks<unknown>(error), { ...often, seconds: 0.01 }), {
      message: "waited 0.01 s for the moon",
      cause: error,
    });
  });

  test("ends at once with a failed assertion", () =>
    assert.rejects(
      waitFor("it", () => assert.fail("this is never so")),
      /this is never so/,
    ));
});
