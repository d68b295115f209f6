import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { blockMayMoveAt, dueByAge, hourlyRoom } from "../../../src/rotation/age.ts";
import { ledgerName } from "../../../src/ledger/name.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import { at, dark, draining, entry, fleet, hours, rules } from "./build.ts";

const servingSince = (n: number) =>
  entry(`203.0.${n >> 8}.${n & 255}`, {
    name: ledgerName(`203.0.${n >> 8}.${n & 255}`),
    phaseSince: at(0),
  });

describe("when an address should move by age", () => {
  const spread = rules({ maxAge: hours(100), jitterPercent: 20 });
  const times = Array.from({ length: 1000 }, (_, n) => dueByAge(spread, servingSince(n)) - at(0));

  test("its jitter stays within its bounds, on both sides", () => {
    assert.ok(times.every((time) => time >= hours(80) && time <= hours(120)));
    assert.ok(Math.min(...times) < hours(82) && Math.max(...times) > hours(118));
  });

  test("no part of the spread is favoured", () => {
    const tenths = Array.from(
      { length: 10 },
      (_, i) => times.filter((time) => Math.floor((time - hours(80)) / hours(4)) === i).length,
    );
    assert.ok(
      tenths.every((count) => count > 60 && count < 140),
      tenths.join(" "),
    );
  });

  test("it keeps its jitter when the operator restarts", () =>
    assert.equal(
      dueByAge(spread, servingSince(7)),
      dueByAge(spread, structuredClone(servingSince(7))),
    ));
  test("it keeps its jitter when the operator is another version", () =>
    assert.deepEqual(
      [7, 8].map((n) => dueByAge(spread, entry(`203.0.0.${n}`, { phaseSince: at(0) })) - at(0)),
      [319_215_204, 403_937_213],
    ));
  test("without jitter it is maxAge", () =>
    assert.equal(dueByAge(rules({ maxAge: hours(5) }), servingSince(1)), at(5 * 3600)));
  test("it is never before minAge", () => {
    const tight = rules({ maxAge: hours(10), minAge: hours(10), jitterPercent: 100 });
    for (let n = 0; n < 100; n++) assert.ok(dueByAge(tight, servingSince(n)) >= at(10 * 3600));
  });
});

describe("the hourly budget", () => {
  const moved = (s: number, given = {}) =>
    entry(`203.0.113.${Math.abs(s) % 250}`, { cause: "Age", createdAt: at(s), ...given });
  const cases: Record<
    string,
    { given: Parameters<typeof fleet>[0]; left: number; nextAt?: number }
  > = {
    "a small fleet moves one slot an hour at least": { given: { count: 2 }, left: 1 },
    "a quarter of eight is two": { given: { count: 8 }, left: 2 },
    "a move in the last hour counts": { given: { count: 8, addresses: [moved(-60)] }, left: 1 },
    "as many as may leave none, and the oldest of them says when": {
      given: { count: 8, addresses: [moved(-60), moved(-600)] },
      left: 0,
      nextAt: -600 + 3600,
    },
    "a move an hour ago counts no more": {
      given: { count: 2, addresses: [moved(-3600)] },
      left: 1,
    },
    "the latest of them says when, whatever order they come in": {
      given: { count: 2, addresses: [moved(-600), moved(-60)] },
      left: 0,
      nextAt: -60 + 3600,
    },
    "one that is under way counts": {
      given: { count: 2, addresses: [moved(-60, { phase: "Verifying" })] },
      left: 0,
      nextAt: -60 + 3600,
    },
    "one whose address is dark again counts": {
      given: {
        count: 2,
        addresses: [dark("203.0.113.7", { cause: "Age", createdAt: at(-60), drainUntil: at(-30) })],
      },
      left: 0,
      nextAt: -60 + 3600,
    },
    "one that a clock 40 days ahead dated does not, or it would stop all moves until then": {
      given: { count: 2, addresses: [moved(40 * 86_400)] },
      left: 1,
    },
    "one that a clock some seconds ahead dated does": {
      given: { count: 2, addresses: [moved(5)] },
      left: 0,
      nextAt: 5 + 3600,
    },
    "one that was never published does not": {
      given: { count: 2, addresses: [dark("203.0.113.7", { cause: "Age", createdAt: at(-60) })] },
      left: 1,
    },
    "one whose provider gave an address that was used before does not": {
      given: {
        count: 2,
        addresses: [moved(-60, { phase: "Provisioning", address: undefined, repeat: true })],
      },
      left: 1,
    },
    "moves because of a block or by hand don't count": {
      given: {
        count: 2,
        addresses: [moved(-60, { cause: "Blocked" }), moved(-70, { cause: "Requested" })],
      },
      left: 1,
    },
  };
  for (const [name, { given, left, nextAt }] of Object.entries(cases))
    test(name, () => {
      const room = hourlyRoom(fleet(given), at(0));
      assert.deepEqual(room, { left, nextAt: nextAt === undefined ? undefined : at(nextAt) });
    });
});

describe("when a block may move a slot", () => {
  const newest = entry("203.0.113.9", {
    cause: "Blocked",
    ordinal: 2,
    createdAt: at(-610),
    phaseSince: at(-600),
  });
  const before = (given: Partial<AddressView> = {}) =>
    dark("203.0.113.1", { ordinal: 1, createdAt: at(-1000), drainUntil: at(-500), ...given });
  const [atOnce, later] = [at(-600), at(0)];
  const cases: Record<string, { given: readonly AddressView[]; expect: number }> = {
    "is at once where it is the first": { given: [newest], expect: atOnce },
    "is ten minutes later after one that died young": { given: [before(), newest], expect: later },
    "is at once where the one before was never published": {
      given: [before({ drainUntil: undefined }), newest],
      expect: atOnce,
    },
    "is at once where the one before lived for six hours": {
      given: [before({ createdAt: at(-610 - 6 * 3600) }), newest],
      expect: atOnce,
    },
    "is later where it lived for a moment less": {
      given: [before({ createdAt: at(-609 - 6 * 3600) }), newest],
      expect: later,
    },
    "is at once where a person replaced the one before": {
      given: [before(), { ...newest, cause: "Requested" }],
      expect: atOnce,
    },
    "is not put off by what was published after it, as a restored ledger may say": {
      given: [
        newest,
        draining("203.0.113.8", { cause: "Blocked", ordinal: 3, createdAt: at(-50) }),
      ],
      expect: atOnce,
    },
    "follows when they were claimed where they have no numbers": {
      given: [before({ ordinal: 0 }), { ...newest, ordinal: 0 }],
      expect: later,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const published = given.find(({ address }) => address === newest.address);
      assert.equal(blockMayMoveAt({ slot: 0, addresses: given, published }), expect);
    });

  test("is any time for a slot without an address", () =>
    assert.equal(blockMayMoveAt({ slot: 0, addresses: [before()], published: undefined }), 0));
});
