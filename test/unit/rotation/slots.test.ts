import assert from "node:assert/strict";
import { test } from "node:test";
import { slotsOf } from "../../../src/rotation/slots.ts";
import { dark, entry, fleet } from "./build.ts";

test("a fleet has the slots that it should, each with its own addresses, dark ones included", () => {
  const addresses = [
    entry("203.0.113.1", { slot: 1 }),
    dark("203.0.113.2", { slot: 1 }),
    entry("203.0.113.3", { slot: 7 }),
  ];
  const slots = slotsOf(fleet({ count: 2, addresses }));
  assert.deepEqual(
    slots.map(({ slot, published, addresses: own }) => [
      slot,
      published?.address,
      own.map(({ address }) => address),
    ]),
    [
      [0, undefined, []],
      [1, "203.0.113.1", ["203.0.113.1", "203.0.113.2"]],
    ],
  );
});
