import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AddressView } from "../../../src/ledger/view.ts";
import type { FleetView, NameUse } from "../../../src/rotation/fleet-view.ts";
import { type RetirementView, retirement } from "../../../src/rotation/retire.ts";
import { latest, minutes, plus, seconds } from "../../../src/values/time.ts";
import { at, blocked, draining, entry, fleet, hours, noon } from "./build.ts";

const fresh = entry("203.0.113.7", { ordinal: 2, phaseSince: at(-90_000) });
const old = draining("203.0.113.9", { ordinal: 1, phaseSince: at(-3600), drainUntil: at(82_800) });
const over: Partial<AddressView> = { phaseSince: at(-86_400), drainUntil: noon };

/** A slot whose name is used like this for the address that drains. */
function named(use: NameUse | undefined, address: AddressView, given: Partial<FleetView> = {}) {
  const nameUse = new Map(use === undefined ? [] : [[address.name, use]]);
  return fleet({ addresses: [fresh, address], dnsTtl: seconds(60), nameUse, ...given });
}

const kindOf = ({ now }: RetirementView) => now?.kind ?? "none";

describe("the drain of a slot with a DNS name", () => {
  const cases: Record<
    string,
    { use?: NameUse; of?: Partial<AddressView>; given?: Partial<FleetView>; is: string }
  > = {
    "is dated again while the name leads to the address": { use: { kind: "given" }, is: "drain" },
    "is not written at each look": {
      use: { kind: "given" },
      of: { drainUntil: plus(noon, hours(24)) },
      is: "none",
    },
    "does not end while nobody could say where the name leads": {
      use: { kind: "unknown" },
      of: over,
      is: "none",
    },
    "does not end with its last session while the name leads to it": {
      use: { kind: "given" },
      of: { sessions: 0, drainUntil: plus(noon, hours(24)) },
      is: "none",
    },
    "ends at its time once the name has led elsewhere for as long as answers live": {
      use: { kind: "left", since: at(-60) },
      of: over,
      is: "quarantine",
    },
    "does not end before answers have expired": {
      use: { kind: "left", since: at(-59) },
      of: over,
      is: "none",
    },
    "ends with its last session once answers have expired": {
      use: { kind: "left", since: at(-60) },
      of: { sessions: 0 },
      is: "quarantine",
    },
    "ends a day late at the latest": {
      use: { kind: "given" },
      of: { ...over, phaseSince: plus(noon, seconds(-2 * 86_400)) },
      is: "quarantine",
    },
    "is held until that very moment": {
      use: { kind: "given" },
      of: { ...over, phaseSince: plus(noon, seconds(1 - 2 * 86_400)) },
      is: "drain",
    },
    "is not held for a blocked address": {
      use: { kind: "given" },
      of: { ...over, reachability: [blocked()] },
      is: "quarantine",
    },
    "is as any other one where the slot has no name": { of: over, is: "quarantine" },
  };
  for (const [name, { use, of, given, is }] of Object.entries(cases))
    test(name, () => {
      const address = { ...old, ...of };
      assert.equal(kindOf(retirement(named(use, address, given), address, noon)), is);
    });

  for (const [name, ends] of [
    ["ten minutes", 600],
    ["a day", 86_400],
  ] as const)
    test(`of ${name} is written less than a hundred times, however long the name stays`, () => {
      const time = seconds(ends);
      const drain = { scheduled: time, blocked: time };
      const began = { ...old, phaseSince: noon, drainUntil: plus(noon, time) };
      let [address, writes, now] = [began as AddressView, 0, noon];
      for (; writes < 10_000;) {
        const step = retirement(named({ kind: "given" }, address, { drain }), address, now);
        if (step.now?.kind === "quarantine") break;
        if (step.now !== undefined) {
          writes++;
          address = { ...address, drainUntil: step.now.until };
        }
        now = latest(step.requeueAt ?? now, plus(now, seconds(1)));
      }
      assert.ok(writes > 10 && writes < 100, `${writes} writes`);
      const isAt = Math.round((now - noon) / 1000) - ends;
      assert.ok(isAt >= 86_400 && isAt < 86_400 + 60, "it is held for a day, and no longer");
    });

  test("is dated ahead, so that it is written every five minutes at most at first", () => {
    const early = { ...old, phaseSince: at(-1800) };
    const { now } = retirement(named({ kind: "given" }, early), early, noon);
    assert.equal(now?.until, plus(plus(noon, hours(24)), minutes(5)));
    const dated = { ...early, drainUntil: now?.until };
    const next = retirement(named({ kind: "given" }, dated), dated, noon);
    assert.ok((next.requeueAt ?? 0) > plus(noon, minutes(5)), "it is looked at after that");
    assert.equal(next.now, undefined);
  });

  test("is looked at again when answers have expired", () => {
    const address = { ...old, ...over };
    const view = named({ kind: "left", since: at(-50) }, address);
    assert.deepEqual(retirement(view, address, noon), { requeueAt: at(10) });
  });

  test("makes room for a blocked address, whatever the name says", () => {
    const older = { ...old, sessions: 3, ordinal: 0 };
    const newer = draining("203.0.113.4", { ordinal: 1, phaseSince: at(-1800) });
    const waiting = entry("203.0.113.5", { ordinal: 2, reachability: [blocked()], lane: 1 });
    const published = entry("203.0.113.6", { ordinal: 3, cause: "Blocked", lane: 2 });
    const addresses = [older, newer, waiting, published];
    const view = named({ kind: "given" }, older, { addresses });
    assert.equal(kindOf(retirement(view, older, noon)), "quarantine");
  });
});
