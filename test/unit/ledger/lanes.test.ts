import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bankSize, lanePort, listenersOf } from "../../../src/ledger/lanes.ts";

test("a fleet has chat and media, and plain chat only where it is asked for", () =>
  assert.deepEqual(
    [listenersOf({}), listenersOf({ plainChat: { port: 5222 } })],
    [
      ["chat", "media"],
      ["chat", "media", "plainChat"],
    ],
  ));

test("each listener of each lane has a port of its own, from 20000 up", () =>
  assert.deepEqual(
    [0, 1, 63].map((lane) =>
      (["chat", "media", "plainChat"] as const).map((one) => lanePort(lane, one)),
    ),
    [
      [20_000, 20_001, 20_002],
      [20_004, 20_005, 20_006],
      [20_252, 20_253, 20_254],
    ],
  ));

describe("how many lanes pods bind", () => {
  const cases: Record<string, { count: number; highest?: number; expect: number }> = {
    "is four for each slot": { count: 2, expect: 8 },
    "is four for each slot where fewer are in use": { count: 2, highest: 6, expect: 8 },
    "is four for each slot where all are in use": { count: 2, highest: 7, expect: 8 },
    "goes as far as the highest in use when a fleet shrank": { count: 2, highest: 11, expect: 12 },
    "is none for a fleet without slots": { count: 0, expect: 0 },
    "is one where only the lowest is still in use": { count: 0, highest: 0, expect: 1 },
  };
  for (const [name, { count, highest, expect }] of Object.entries(cases))
    test(name, () => assert.equal(bankSize(count, highest), expect));
});
