import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { type RotationPlan, planRotation } from "../../../src/rotation/plan.ts";
import {
  at,
  blocked,
  dark,
  draining,
  entry,
  fleet,
  hours,
  noon,
  pool,
  rules,
  seeded,
} from "./build.ts";

const plan = (given: FleetView): RotationPlan =>
  planRotation(given, { bank: 4 * given.count, now: noon, random: seeded(1) });
const served = (slot: number, given = {}) =>
  entry(`203.0.113.${slot + 1}`, { slot, lane: slot, ...given });

const aged = rules({ maxAge: hours(1) });

describe("which slots move together", () => {
  const cases: Record<string, { given: FleetView; slots: readonly number[] }> = {
    "a settled fleet plans nothing": {
      given: fleet({ count: 2, addresses: [served(0), served(1)] }),
      slots: [],
    },
    "all slots without an address move at once": { given: fleet({ count: 3 }), slots: [0, 1, 2] },
    "of the slots that are asked, as many move as maxConcurrent lets": {
      given: fleet({
        count: 3,
        maxConcurrent: 2,
        rotateAt: "now",
        addresses: [served(0), served(1), served(2)],
      }),
      slots: [0, 1],
    },
    "a slot on the move takes up room": {
      given: fleet({
        count: 3,
        maxConcurrent: 2,
        rotateAt: "now",
        addresses: [
          served(0),
          served(1),
          served(2),
          entry("203.0.113.20", { slot: 2, lane: 4, phase: "Verifying", requestedAt: "now" }),
        ],
      }),
      slots: [0],
    },
    "a slot without an address waits for no other": {
      given: fleet({
        count: 3,
        addresses: [
          served(0),
          entry("203.0.113.20", { slot: 0, lane: 4, phase: "Verifying" }),
          served(1),
        ],
      }),
      slots: [2],
    },
    "a slot without an address takes up no room of the others": {
      given: fleet({ count: 2, rotateAt: "now", addresses: [served(0)] }),
      slots: [0, 1],
    },
    "a blocked slot goes before one that is asked for": {
      given: fleet({
        count: 2,
        rotateAt: "now",
        addresses: [served(0), served(1, { reachability: [blocked("IR")] })],
      }),
      slots: [1],
    },
    "the oldest of those that are due goes first": {
      given: fleet({
        count: 2,
        rotation: aged,
        addresses: [served(0), served(1, { phaseSince: at(-9000) })],
      }),
      slots: [1],
    },
    "by age only as many move in an hour as may": {
      given: fleet({
        count: 4,
        maxConcurrent: 4,
        rotation: aged,
        addresses: [served(0), served(1), served(2), served(3)],
      }),
      slots: [0],
    },
    "a move by age in the last hour takes up the budget, whatever was restarted since": {
      given: fleet({
        count: 2,
        rotation: aged,
        addresses: [
          served(0),
          served(1, { cause: "Age", createdAt: at(-60), phaseSince: at(-50) }),
        ],
      }),
      slots: [],
    },
    "a slot that finds no address leaves its room, and the hour's, to the next": {
      given: fleet({
        count: 2,
        rotation: aged,
        pools: [pool({ assigned: true, ranges: [] })],
        addresses: [
          served(0, { phaseSince: at(-9000) }),
          served(1),
          ...[1, 2, 3, 4, 5].map((n) =>
            entry(`198.51.100.${n}`, {
              address: undefined,
              phase: "Provisioning",
              repeat: true,
              cause: "Age",
              createdAt: at(-60),
            }),
          ),
        ],
      }),
      slots: [1],
    },
    "neither a block nor a person waits for the hourly budget": {
      given: fleet({
        count: 3,
        maxConcurrent: 3,
        rotateAt: "0@now",
        rotation: aged,
        addresses: [
          served(0),
          served(1, { reachability: [blocked("IR")] }),
          served(2, { cause: "Age", createdAt: at(-60), phaseSince: at(-50) }),
        ],
      }),
      slots: [0, 1],
    },
    "a move by hand takes up none of the hourly budget": {
      given: fleet({
        count: 2,
        maxConcurrent: 2,
        rotateAt: "0@now",
        rotation: aged,
        addresses: [served(0), served(1)],
      }),
      slots: [0, 1],
    },
    "a slot that waits for its first address takes up no room of the others": {
      given: fleet({
        count: 2,
        rotateAt: "1@now",
        addresses: [entry("203.0.113.20", { phase: "Verifying" }), served(1)],
      }),
      slots: [1],
    },
    "a fleet that is deleted claims nothing": {
      given: fleet({ count: 3, deleting: true }),
      slots: [],
    },
  };
  for (const [name, { given, slots }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        plan(given)
          .claims.map(({ slot }) => slot)
          .toSorted((a, b) => a - b),
        slots,
      ),
    );
});

describe("when a request counts as answered", () => {
  const moved = served(0, { requestedAt: "now", phaseSince: at(-5) });
  const cases: Record<string, { given: FleetView; expect: string | undefined }> = {
    "not before it is acted on": {
      given: fleet({ rotateAt: "now", addresses: [served(0)] }),
      expect: undefined,
    },
    "not while its address is verified": {
      given: fleet({
        rotateAt: "now",
        addresses: [served(0), entry("203.0.113.20", { phase: "Verifying", requestedAt: "now" })],
      }),
      expect: undefined,
    },
    "once its address is published": {
      given: fleet({ rotateAt: "now", addresses: [moved] }),
      expect: "now",
    },
    "not before all slots have theirs": {
      given: fleet({ count: 2, rotateAt: "now", addresses: [moved, served(1)] }),
      expect: undefined,
    },
    "once the one slot has it": {
      given: fleet({
        count: 2,
        rotateAt: "0@now",
        addresses: [served(0, { requestedAt: "0@now" }), served(1)],
      }),
      expect: "0@now",
    },
    "though its address drains already": {
      given: fleet({
        rotateAt: "now",
        addresses: [draining("203.0.113.9", { requestedAt: "now" }), served(0)],
      }),
      expect: "now",
    },
    "though its address served and is dark again": {
      given: fleet({
        rotateAt: "now",
        addresses: [dark("203.0.113.9", { requestedAt: "now", drainUntil: at(-5) }), served(0)],
      }),
      expect: "now",
    },
    "not if its address went dark before it was published": {
      given: fleet({
        rotateAt: "now",
        addresses: [dark("203.0.113.9", { requestedAt: "now" }), served(0)],
      }),
      expect: undefined,
    },
    "at once, where it is refused": {
      given: fleet({ rotateAt: "7@now", addresses: [served(0)] }),
      expect: "7@now",
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const { answered } = plan(given);
      assert.equal(answered.kind === "none" ? undefined : answered.text, expect);
    });
});

test("a shortage is reported for each slot that should move and can't, and for no other", () => {
  const given = fleet({
    count: 3,
    addresses: [served(0)],
    pools: [pool({ ranges: ["203.0.113.1-203.0.113.2"] })],
  });
  const { claims, shortages } = plan(given);
  assert.deepEqual([claims.map(({ slot }) => slot), shortages.map(({ slot }) => slot)], [[1], [2]]);
});

test("the plan says for every slot why it moves or stays", () => {
  const given = fleet({ count: 2, addresses: [served(0)] });
  assert.deepEqual(plan(given).slots, [
    { slot: 0, explanation: "nothing asks for a move" },
    { slot: 1, explanation: "the slot has no address" },
  ]);
});

describe("the plan says of a slot that should move and does not", () => {
  const said = (given: FleetView, slot: number) => plan(given).slots[slot];
  const asked = (given: Partial<FleetView> = {}) =>
    fleet({
      count: 3,
      rotateAt: "now",
      addresses: [served(0, { phaseSince: at(-9000) }), served(1), served(2)],
      ...given,
    });

  test("that it waits for others, since it was published", () =>
    assert.deepEqual(said(asked(), 1), {
      slot: 1,
      explanation:
        "asked by hand (now); it waits for other slots, since spec.rotation.maxConcurrent is 1",
      next: { at: at(-3600), reason: "now, when fewer others move (maxConcurrent)" },
    }));

  test("that it waits for others, since it was due by age", () => {
    const rotation = rules({ maxAge: hours(0.5), maxPerHourPercent: 100 });
    assert.deepEqual(said(asked({ rotateAt: undefined, rotation }), 2)?.next, {
      at: at(-1800),
      reason: "now, when fewer others move (maxConcurrent)",
    });
  });

  test("that it waits for the hour, and when that is over", () =>
    assert.equal(
      said(asked({ rotateAt: undefined, rotation: aged, maxConcurrent: 3 }), 1)?.explanation,
      "203.0.113.2 has served since 2026-11-23 11:00 UTC, and should move every 1h (spec.rotation.maxAge); it waits until 2026-11-23 12:00 UTC, since spec.rotation.maxPerHourPercent is 25",
    ));

  test("why it finds no address, each in its own words", () => {
    const pools = [pool({ ranges: ["198.51.100.1"] })];
    const given = asked({ maxConcurrent: 3, pools });
    const explanations = plan(given).slots.map(({ explanation }) => explanation.slice(0, 30));
    assert.deepEqual(explanations, [
      "asked by hand (now)",
      "slot 1 should move and can't: ",
      "slot 2 should move and can't: ",
    ]);
  });

  test("nothing of a next move where it moves now", () =>
    assert.deepEqual(said(asked(), 0), { slot: 0, explanation: "asked by hand (now)" }));

  test("and is looked at again by no clock: others' end brings it about", () =>
    assert.equal(plan(asked()).requeueAt, undefined));
});

test("the plan has what becomes of each address that is no longer needed", () => {
  const given = fleet({
    addresses: [
      served(0),
      draining("203.0.113.8", { drainUntil: noon }),
      draining("203.0.113.9", { drainUntil: at(3600) }),
    ],
  });
  assert.deepEqual(
    plan(given).retirements.map(({ kind, name }) => `${kind} ${name}`),
    ["quarantine ip-203-0-113-8"],
  );
});

test("the next look is at the first drain that may end", () => {
  const given = fleet({
    addresses: [
      served(0),
      draining("203.0.113.8", { drainUntil: at(4) }),
      draining("203.0.113.9", { drainUntil: at(7) }),
    ],
  });
  assert.equal(plan(given).requeueAt, at(4));
});

test("the same view, time and random source give the same plan", () =>
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, count) => {
      const given = fleet({ count, rotateAt: "now", addresses: [served(0)] });
      const context = () => ({ bank: 4 * count, now: noon, random: seeded(seed) });
      assert.deepEqual(planRotation(given, context()), planRotation(given, context()));
    }),
  ));

describe("the next move that comes by itself", () => {
  const cases: Record<string, { given: FleetView; expect: RotationPlan["next"] }> = {
    "is none where nothing moves by age": {
      given: fleet({ addresses: [served(0)] }),
      expect: undefined,
    },
    "is the earliest of all slots, and is looked at then": {
      given: fleet({
        count: 2,
        rotation: rules({ maxAge: hours(3) }),
        addresses: [served(0), served(1, { phaseSince: at(-7200) })],
      }),
      expect: { slot: 1, at: at(3600), reason: "by age (maxAge 3h)" },
    },
    "is when the hourly budget has room": {
      given: fleet({
        count: 2,
        rotation: aged,
        addresses: [
          served(0),
          served(1, { cause: "Age", createdAt: at(-60), phaseSince: at(-50) }),
        ],
      }),
      expect: { slot: 0, at: at(3540), reason: "by age, when maxPerHourPercent lets it" },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const { next, requeueAt } = plan(given);
      assert.deepEqual(next, expect);
      assert.equal(requeueAt, expect?.at);
      assert.ok((next?.reason.length ?? 0) <= 64);
    });
});
