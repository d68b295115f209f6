import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { shortened } from "../../../src/values/shortened.ts";

describe("a text of bounded length", () => {
  test("is as it was where it is short enough", () => assert.equal(shortened("abc", 3), "abc"));
  test("is counted in characters, whatever each of them takes", () =>
    assert.equal(shortened("😀".repeat(5), 3), "😀😀😀"));
  test("has no half a character, which the API server would write in another way", () =>
    assert.equal(shortened("a\ud83d", 9), "a\ufffd"));
});
