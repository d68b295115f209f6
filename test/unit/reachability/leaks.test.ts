import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AddressView } from "../../../src/ledger/view.ts";
import { leaksOf } from "../../../src/reachability/leaks.ts";
import { at, blocked, entry, noon } from "../rotation/build.ts";

const hour = 3600;

/** An address of a slot that was claimed so many hours ago, and was blocked some time later. */
const address = (slot: number, hoursAgo: number, livedFor?: number): AddressView =>
  entry(`203.0.113.${hoursAgo}`, {
    slot,
    ordinal: 1000 - hoursAgo,
    createdAt: at(-hoursAgo * hour),
    reachability:
      livedFor === undefined ? [] : [blocked("IR", { since: at((livedFor - hoursAgo) * hour) })],
  });

const died = (slot: number, ...hoursAgo: readonly number[]) =>
  hoursAgo.map((h) => address(slot, h, 1));

describe("a slot leaks", () => {
  const cases: Record<string, { given: readonly AddressView[]; slots?: number; leaks: number[] }> =
    {
      "where three of its addresses in a row died young": {
        given: [...died(0, 30, 20, 10), address(1, 100)],
        leaks: [0],
      },
      "though it has a fresh one that still lives": {
        given: [...died(0, 30, 20, 10), address(0, 5)],
        leaks: [0],
      },
      "no more, once a fresh one has lived for six hours": {
        given: [...died(0, 30, 20, 10), address(0, 6)],
        leaks: [],
      },
      "not, where two died": { given: died(0, 20, 10), leaks: [] },
      "not, where they lived for six hours": {
        given: [address(0, 60, 6), address(0, 40, 6), address(0, 20, 6)],
        leaks: [],
      },
      "not, where one in between lived long": {
        given: [...died(0, 90, 80), address(0, 60, 40), ...died(0, 15, 10)],
        leaks: [],
      },
      "not, where the censor finds the addresses of most slots": {
        given: [...died(0, 30, 20, 10), ...died(1, 31, 21, 11), address(2, 100)],
        slots: 3,
        leaks: [],
      },
      "as its only slot": { given: died(0, 30, 20, 10), slots: 1, leaks: [0] },
      "not by entries that were restored after they died": {
        given: died(0, 30, 20, 10).map((one) => ({ ...one, createdAt: at(-hour) })),
        leaks: [],
      },
      "not by addresses that nobody ever had": {
        given: died(0, 30, 20, 10).map((one) => ({ ...one, phase: "Provisioning" as const })),
        leaks: [],
      },
    };
  for (const [name, { given, slots = 2, leaks }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        leaksOf(given, slots, noon).map(({ slot }) => slot),
        leaks,
      ),
    );

  test("and a sentence says what to do about it", () => {
    const [leak] = leaksOf(died(1, 30, 20, 10), 2, noon);
    assert.equal(
      leak?.because,
      "slot 1 leaks: its last 3 addresses were each blocked within 6 hours, while those of other slots live. Somebody in its group passes them on: split the group over two slots, and see which of them leaks",
    );
  });
});
