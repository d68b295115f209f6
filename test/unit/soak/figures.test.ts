import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Figures, growth } from "../../integration/soak/figures.ts";

const begin: Figures = {
  connections: 2,
  descriptors: 33,
  listeners: 9,
  timers: 11,
  objects: 80_000,
  heapBytes: 47_000_000,
  residentMb: 180,
};

describe("what a soaked process holds", () => {
  const cases: Record<string, { end: Partial<Figures>; grown: readonly string[] }> = {
    "is the same": { end: {}, grown: [] },
    "is less": { end: { connections: 1, objects: 70_000 }, grown: [] },
    "is a little more, as collections leave it": {
      end: { objects: 83_000, heapBytes: 48_000_000, residentMb: 200 },
      grown: [],
    },
    "is one connection more": { end: { connections: 3 }, grown: ["connections"] },
    "is one open file more": { end: { descriptors: 34 }, grown: ["descriptors"] },
    "is one listener more": { end: { listeners: 10 }, grown: ["listeners"] },
    "is many more objects": { end: { objects: 85_000 }, grown: ["objects"] },
    "is a timer for each object that is gone": { end: { timers: 17 }, grown: ["timers"] },
    "is more memory": {
      end: { heapBytes: 50_000_000, residentMb: 210 },
      grown: ["heapBytes", "residentMb"],
    },
  };
  for (const [name, { end, grown }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        growth(begin, { ...begin, ...end }).map((line) => line.split(":")[0]),
        grown,
      ),
    );
});
