import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ArrivalsWatch, type SlotSeen } from "../../../../src/reachability/arrivals/watch.ts";
import { loadSlots, saveSlots } from "../../../../src/reachability/arrivals/saved.ts";
import { minutes, plus } from "../../../../src/values/time.ts";
import { SteadyGroups, byDay, hour, settledGroups } from "./steady.ts";

/** Learnt once, and loaded for each run. */
const settled = settledGroups([12, 20, 30, 40]);
const kept = [...saveSlots(settled.watch.remember()).values()];

function fresh(): SteadyGroups {
  const groups = new SteadyGroups(
    [12, 20, 30, 40].map((rate, each) => ({ slot: `s${each}`, perHour: byDay(rate) })),
  );
  groups.watch = new ArrivalsWatch(loadSlots(kept));
  groups.now = settled.now;
  // One step, after which a minute is a minute.
  groups.live(30);
  return groups;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
/** What happens in each of some quarters of an hour. */
const quarters = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 4, maxLength: 40 });
const at = <T>(list: readonly T[], minute: number): T =>
  list[Math.floor(minute / 15) % list.length]!;

test("no slot is suspected while all fall alike, however they fall and rise", () => {
  fc.assert(
    fc.property(quarters(share), (shares) => {
      const all = fresh().live(shares.length * 15, { share: (_, minute) => at(shares, minute) });
      assert.deepEqual(all, []);
    }),
    { numRuns: 60 },
  );
});

test("no slot is suspected that has at least what it is used to, whatever the others do", () => {
  fc.assert(
    fc.property(
      quarters(fc.tuple(share, fc.double({ min: 1.1, max: 20, noNaN: true }))),
      (list) => {
        const all = fresh().live(list.length * 15, {
          share: (slot, minute) => at(list, minute)[slot === "s3" ? 1 : 0],
        });
        assert.ok(all.every(({ evidence }) => evidence.address !== "address of s3"));
      },
    ),
    { numRuns: 60 },
  );
});

test("a gap in the counts is never an alarm, wherever it is", () => {
  const gap = fc.oneof(fc.constant(1), fc.constant("gap" as const));
  fc.assert(
    fc.property(fc.array(gap, { minLength: 40, maxLength: 400 }), (list) => {
      const all = fresh().live(list.length, {
        share: (slot, minute) => (slot === "s3" ? list[minute - 1]! : 1),
      });
      assert.deepEqual(all, []);
    }),
    { numRuns: 60 },
  );
});

/** Any minutes of four slots: counts, and gaps. */
const anything = fc.array(
  fc.array(fc.option(fc.nat(3), { nil: undefined, freq: 8 }), { minLength: 4, maxLength: 4 }),
  { minLength: 60, maxLength: 200 },
);

function seenOf(counts: readonly (number | undefined)[]): SlotSeen[] {
  return counts.map((arrivals, each) => ({
    slot: `s${each}`,
    audience: ["IR"],
    address: `address of s${each}`,
    counts: arrivals === undefined ? undefined : { arrivals, failures: 0, onAllLanes: arrivals },
  }));
}

/** What is said over some minutes, by address. */
function said(list: readonly (readonly SlotSeen[])[]): string[] {
  const watch = new ArrivalsWatch(loadSlots(kept));
  return list.flatMap((seen, minute) =>
    watch
      .step(seen, plus(settled.now, minutes(minute)))
      .map(({ address, message }) => `${minute} ${address}: ${message}`)
      .sort(),
  );
}

test("the order of slots does not matter", () => {
  let alarms = 0;
  fc.assert(
    fc.property(anything, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (list, order) => {
      // The last slot is blocked, so that there is something to say.
      const seen = list.map((counts) => seenOf(counts.with(3, 0).with(2, 1)));
      const straight = said(seen);
      alarms += straight.length;
      assert.deepEqual(said(seen.map((slots) => order.map((each) => slots[each]!))), straight);
    }),
    { numRuns: 60 },
  );
  assert.ok(alarms > 0, "nothing was ever suspected");
});

test("a slot's evidence is the same whatever a slot of another audience does", () => {
  fc.assert(
    fc.property(anything, anything, (list, elsewhere) => {
      const seen = list.map((counts) => seenOf(counts.with(3, 0)));
      const abroad = (minute: number): SlotSeen[] =>
        seenOf(elsewhere[minute % elsewhere.length]!).map((slot) => ({
          ...slot,
          slot: `abroad/${slot.slot}`,
          audience: ["RU"],
          address: "elsewhere",
        }));
      assert.deepEqual(
        said(seen.map((slots, minute) => [...slots, ...abroad(minute)])),
        said(seen),
      );
    }),
    { numRuns: 30 },
  );
});

test("a restart at any minute says what no restart would, a few minutes later at most", () => {
  const quiet = (slot: string) => (slot === "s3" ? 0 : 1);
  const [without] = fresh().live(hour, { share: quiet });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: hour - 20 }), (minute) => {
      const groups = fresh();
      const before = groups.live(minute, { share: quiet });
      groups.watch = new ArrivalsWatch(loadSlots(saveSlots(groups.watch.remember()).values()));
      const after = groups.live(hour, { share: quiet });
      const first = before[0]?.minute ?? minute + (after[0]?.minute ?? Infinity);
      assert.ok(first <= without!.minute + 4, `${first} instead of ${without!.minute}`);
    }),
    { numRuns: 20 },
  );
});

test("whatever comes, every chance is one, and every number in it is finite", () => {
  const wild = fc.array(
    fc.array(fc.option(fc.integer({ min: -5, max: 100_000 }), { nil: undefined }), {
      minLength: 4,
      maxLength: 4,
    }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(wild, (list) => {
      const watch = new ArrivalsWatch(loadSlots(kept));
      for (const [minute, counts] of list.entries())
        for (const { chance, message } of watch.step(
          seenOf(counts),
          plus(settled.now, minutes(minute)),
        )) {
          assert.ok(chance >= 0 && chance <= 1, `${chance}`);
          assert.doesNotMatch(message, /NaN|Infinity|-\d/);
        }
      assert.equal(loadSlots(saveSlots(watch.remember()).values()).length, kept.length);
    }),
    { numRuns: 100 },
  );
});
