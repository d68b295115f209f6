import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { cut, padded, quoted, widthOf, wrapped } from "../../../../src/cli/terminal/width.ts";

describe("texts in a terminal", () => {
  test("wide characters take two columns, combining ones none", () => {
    assert.equal(widthOf("中文"), 4);
    assert.equal(widthOf("e\u0301"), 1);
    assert.equal(widthOf("سلام"), 4);
  });
  test("padding counts columns", () => assert.equal(padded("中", 4), "中  "));
  test("a cut text keeps whole characters", () => {
    assert.equal(cut("中文字", 4), "中…");
    assert.equal(cut("family", 6), "family");
    assert.equal(cut("👩‍👩‍👧‍👧x", 2), "…");
  });
  test("words are wrapped by columns", () => {
    assert.deepEqual(wrapped("中文 中文 ab", 9), ["中文 中文", "ab"]);
    assert.deepEqual(wrapped("averylongword a", 5), ["averylongword", "a"]);
  });
  test("text from right to left is isolated, and takes no more columns", () => {
    assert.equal(quoted("سلام"), "\u2068سلام\u2069");
    assert.equal(widthOf(quoted("سلام")), 4);
    assert.equal(quoted("plain"), "plain");
  });
  test("nobody's words move the cursor, change colours or turn the line around", () => {
    assert.equal(quoted("a\u001b[2Jb\u202ec\nd"), "a [2Jb c d");
  });
  test("what is cut fits, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, width) => {
        assert.ok(widthOf(cut(text, width)) <= width);
      }),
    );
  });
});
