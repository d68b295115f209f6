import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesText } from "../../../../src/cli/status/bytes-text.ts";

const cases: readonly (readonly [number, string])[] = [
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [9_940, "9.9 kB"],
  [9_960, "10 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [4_250_000_000, "4.3 GB"],
  [2e18, "2000 PB"],
];
for (const [bytes, text] of cases)
  test(`${bytes} bytes are ${text}`, () => assert.equal(bytesText(bytes), text));
