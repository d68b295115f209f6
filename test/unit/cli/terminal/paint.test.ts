import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { painter } from "../../../../src/cli/terminal/paint.ts";

describe("colour", () => {
  const cases: Record<string, { isTerminal: boolean; env: object; coloured: boolean }> = {
    "is on a terminal": { isTerminal: true, env: { TERM: "xterm" }, coloured: true },
    "is in no file": { isTerminal: false, env: { TERM: "xterm" }, coloured: false },
    "is not where NO_COLOR is set": { isTerminal: true, env: { NO_COLOR: "1" }, coloured: false },
    "is where NO_COLOR is empty": { isTerminal: true, env: { NO_COLOR: "" }, coloured: true },
    "is not on a terminal without colours": {
      isTerminal: true,
      env: { TERM: "dumb" },
      coloured: false,
    },
  };
  for (const [name, { isTerminal, env, coloured }] of Object.entries(cases))
    test(name, () => assert.equal(painter(isTerminal, { ...env })("bad", "x") !== "x", coloured));
});
