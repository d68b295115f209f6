import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { bankSize, lanePort, listenersOf } from "../../../src/ledger/lanes.ts";
import { listenerNames } from "../../../src/api/names.ts";

const anyLane = fc.nat({ max: 255 });
const anyListener = fc.constantFrom(...listenerNames);
const anyPlace = fc.record({ lane: anyLane, listener: anyListener });

test("no two listeners of a pod share a port", () => {
  fc.assert(
    fc.property(anyPlace, anyPlace, (one, other) => {
      assert.equal(
        lanePort(one.lane, one.listener) === lanePort(other.lane, other.listener),
        one.lane === other.lane && one.listener === other.listener,
      );
    }),
  );
});

test("every lane's port is unprivileged and below the ports of outgoing connections", () => {
  fc.assert(
    fc.property(anyLane, anyListener, (lane, listener) => {
      const port = lanePort(lane, listener);
      assert.ok(port >= 20_000 && port < 32_768, `${port}`);
    }),
  );
});

const banks: Record<string, { count: number; highest?: number; lanes: number }> = {
  "a new fleet has four lanes a slot": { count: 2, lanes: 8 },
  "the largest fleet has 256": { count: 64, highest: 255, lanes: 256 },
  "lanes in use inside the bank change nothing": { count: 2, highest: 7, lanes: 8 },
  "a fleet that shrank keeps the lanes that still drain": { count: 1, highest: 6, lanes: 7 },
  "lane 0 counts as in use": { count: 1, highest: 0, lanes: 4 },
};
for (const [name, { count, highest, lanes }] of Object.entries(banks)) {
  test(name, () => assert.equal(bankSize(count, highest), lanes));
}

test("plain chat is there only if asked for", () => {
  assert.deepEqual(listenersOf({}), ["chat", "media"]);
  assert.deepEqual(listenersOf({ plainChat: { port: 5222 } }), ["chat", "media", "plainChat"]);
});
