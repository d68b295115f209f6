import assert from "node:assert/strict";
import { test } from "node:test";
import { historyJson, historyText } from "../../../../src/cli/history.ts";
import { historyOutput } from "../../../../src/cli/output/history.ts";
import { plain } from "../../../../src/cli/terminal/paint.ts";
import { formatted } from "../../../../src/cli/terminal/formats.ts";
import type { HistoryItem } from "../../../../src/overview/history.ts";
import { noon } from "../../overview/build.ts";

const items: readonly HistoryItem[] = [
  {
    at: noon,
    source: "Ledger",
    type: "Normal",
    what: "Claimed",
    text: "slot 0: claimed 203.0.113.9",
  },
  {
    at: noon,
    source: "Event",
    type: "Warning",
    what: "Blocked",
    text: "slot 0:\u001b[31m blocked",
  },
];

test("history is a line for each thing that happened", () => {
  assert.equal(
    historyText(items, { width: 80, paint: plain }),
    `TIME                  SOURCE  WHAT     MESSAGE
2026-11-29 12:00 UTC  Ledger  Claimed  slot 0: claimed 203.0.113.9
2026-11-29 12:00 UTC  Event   Blocked  slot 0: [31m blocked
`,
  );
});

test("a history without anything says so", () =>
  assert.equal(historyText([], { width: 80, paint: plain }), "nothing is remembered\n"));

test("history as JSON keeps its shape", () => {
  const { items: shown } = historyOutput.parse(
    JSON.parse(formatted(historyJson(items, []), "json")),
  );
  assert.equal(shown[0]?.at, "2026-11-29T12:00:00Z");
});
