import assert from "node:assert/strict";
import { test } from "node:test";
import { present } from "../../../src/values/present.ts";

test("fields that are undefined are left out, all other values stay", () => {
  const name: string | undefined = undefined;
  const fields = { a: 0, b: "", c: null, d: false, e: name };
  assert.deepEqual(Object.entries(present(fields)), [
    ["a", 0],
    ["b", ""],
    ["c", null],
    ["d", false],
  ]);
});

test("nothing is left of fields that are all undefined", () => {
  assert.deepEqual(Object.keys(present({ a: undefined, b: undefined })), []);
});
