import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  allEvidence,
  emptyLog,
  remember,
  usualLimits,
} from "../../../src/reachability/evidence-log.ts";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import { findingsIn } from "../../../src/reachability/hold.ts";
import { mayGo, nextHold, type HoldState } from "../../../src/reachability/release.ts";
import type { AddressVerdict } from "../../../src/reachability/verdict-input.ts";
import { verdictsOf } from "../../../src/reachability/verdict.ts";
import { contactsOf } from "../../../src/reachability/witness.ts";
import { type Instant, minutes, plus, seconds } from "../../../src/values/time.ts";
import { at, failure, noon, policy, services } from "./build.ts";

/** What goes wrong at noon, for so long. */
interface Trouble {
  readonly what: "cluster" | "lines" | "way" | "addresses";
  readonly lasts: number;
  /** How many addresses it is of, where it is of addresses. */
  readonly blocked: number;
}

interface World {
  readonly addresses: number;
  readonly trouble: Trouble;
  /** Seconds between two tests of an address by one agent. */
  readonly interval: number;
  /** How far the agents' rounds are apart, in seconds. */
  readonly apart: number;
}

const addressOf = (index: number): string =>
  `198.51.${Math.floor(index / 250)}.${(index % 250) + 1}`;

/** What an agent or the control finds of an address so many seconds after noon. */
function find(world: World, who: { name: string; at: number }, index: number): TestEvidence {
  const { what, lasts, blocked } = world.trouble;
  const isControl = who.name === "control";
  const isOn = who.at >= 0 && who.at < lasts;
  const fails =
    isOn && (what === "cluster" || (!isControl && (what !== "addresses" || index < blocked)));
  return {
    kind: "test",
    address: addressOf(index),
    at: at(who.at),
    vantagePoint: who.name,
    country: isControl ? "DE" : "IR",
    role: isControl ? "Control" : "Probe",
    listener: "chat",
    outcome: fails ? failure() : { kind: "Worked", upTo: "transfer" },
    reachesElse: isControl || !isOn || what !== "lines",
  };
}

interface Played {
  /** Most verdicts Blocked that there were at once. */
  readonly blocked: number;
  /** Seconds after noon at which the first one came. */
  readonly first: number | undefined;
  /** Addresses that may have moved, were they to move as soon as they may. */
  readonly moved: number;
}

/** Who tests all addresses at that time. */
function rounds({ interval, apart }: World, s: number): readonly string[] {
  const starts = { a: 0, b: apart, control: 10 };
  return Object.entries(starts).flatMap(([name, start]) =>
    (s - start) % interval === 0 ? [name] : [],
  );
}

const limits = usualLimits([policy.blockedWhen]);

/** Plays a world from two minutes before noon, and looks every ten seconds. */
function play(world: World, until: number): Played {
  const all = Array.from({ length: world.addresses }, (_, index) => index);
  const before = new Map<number, readonly AddressVerdict[]>(all.map((index) => [index, []]));
  const moved = new Set<number>();
  const released: Instant[] = [];
  let state: HoldState | undefined = { phase: "Released", endedAt: at(-600) };
  let log = emptyLog;
  let first: number | undefined;
  for (let s = -120; s <= until; s += 10) {
    const now = plus(noon, seconds(s));
    const heard = rounds(world, s).flatMap((name) =>
      all.map((index) => find(world, { name, at: s }, index)),
    );
    log = remember(log, heard, { now, limits });
    const evidence = allEvidence(log);
    const contacts = contactsOf(evidence, { now, services });
    const inputs = all.map((index) => ({
      address: addressOf(index),
      evidence: log.get(addressOf(index)) ?? [],
      contacts,
      ports: [],
      policy,
      services,
      before: before.get(index) ?? [],
      now,
    }));
    const { hold, outage } = findingsIn({
      country: "IR",
      published: inputs.map((input, index) => ({
        input,
        slot: `s${index}`,
        publishedAt: at(-90_000),
      })),
      evidence,
      feeds: [],
      outage: { percent: 50, within: minutes(30) },
      services,
      now,
    });
    const holds = new Map(hold === undefined ? [] : [["IR", hold] as const]);
    for (const [index, input] of inputs.entries())
      before.set(index, verdictsOf({ ...input, holds }));
    state = nextHold(state, outage, now);
    const waiting = all
      .filter((index) => !moved.has(index))
      .flatMap((index) =>
        (before.get(index) ?? [])
          .filter(({ verdict }) => verdict === "Blocked")
          .map(({ since }) => ({
            id: String(index),
            fleet: String(index % 20),
            since,
            offeredAt: undefined,
          })),
      );
    if (waiting.length > 0) first ??= s;
    const fresh = world.trouble.what === "addresses" ? "Reached" : "Failing";
    const { ids } = mayGo({ waiting, released: released.map((at) => ({ at, fresh })), state, now });
    for (const id of ids) {
      moved.add(Number(id));
      released.push(now);
    }
  }
  const blocked = [...before.values()].flat().filter(({ verdict }) => verdict === "Blocked").length;
  return { blocked, first, moved: moved.size };
}

const addresses = fc.constantFrom(1, 2, 3, 20);
const rhythm = { interval: fc.constantFrom(30, 60), apart: fc.constantFrom(0, 10, 20) };
const run = { seed: 20_261_128, numRuns: 12 };

describe("an outage", () => {
  const outageOf = (what: fc.Arbitrary<Trouble["what"]>, lasts: fc.Arbitrary<number>) =>
    fc.record({
      addresses,
      trouble: fc.record({ what, lasts, blocked: fc.constant(0) }),
      ...rhythm,
    });

  test("of the cluster or of people's lines blocks nothing, in a minute or in ten", () => {
    const worlds = outageOf(fc.constantFrom("cluster", "lines"), fc.constantFrom(60, 600));
    fc.assert(
      fc.property(worlds, (world) => {
        const { blocked, moved } = play(world, world.trouble.lasts + 300);
        assert.deepEqual([blocked, moved], [0, 0]);
      }),
      run,
    );
  });

  test("of the way to us blocks nothing that lasts for less than five minutes", () => {
    const worlds = outageOf(fc.constant("way"), fc.integer({ min: 30, max: 290 }));
    fc.assert(
      fc.property(worlds, (world) => {
        const { blocked, moved } = play(world, 900);
        assert.deepEqual([blocked, moved], [0, 0]);
      }),
      run,
    );
  });

  test("of the way to many addresses blocks nothing in half an hour, and then costs one at first", () => {
    const worlds = outageOf(fc.constant("way"), fc.constantFrom(1700, 2100));
    fc.assert(
      fc.property(worlds, (world) => {
        const { first, moved } = play({ ...world, addresses: 5 }, world.trouble.lasts + 60);
        assert.ok(first === undefined || first >= 1790);
        assert.ok(moved <= 1);
      }),
      run,
    );
  });
});

describe("a block", () => {
  test("of fewer than half of the addresses is known within two minutes", () => {
    const worlds = fc
      .record({
        addresses: fc.constantFrom(3, 5, 20, 40),
        share: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        ...rhythm,
      })
      .map(({ share, ...world }): World => {
        const blocked = Math.max(1, Math.floor(world.addresses * share));
        return { ...world, interval: 30, trouble: { what: "addresses", lasts: 1e6, blocked } };
      });
    fc.assert(
      fc.property(worlds, (world) => {
        const { first, blocked, moved } = play(world, 150);
        assert.ok(first !== undefined && first <= 120, `known after ${first} s`);
        assert.deepEqual([blocked, moved], [world.trouble.blocked, world.trouble.blocked]);
      }),
      run,
    );
  });

  test("of the only address is known within six minutes", () => {
    const trouble = { what: "addresses", lasts: 1e6, blocked: 1 } as const;
    const { first } = play({ addresses: 1, trouble, interval: 30, apart: 10 }, 400);
    assert.ok(first !== undefined && first <= 360, `known after ${first} s`);
  });
});
