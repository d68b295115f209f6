import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { Outage } from "../../../src/reachability/outage.ts";
import {
  type HeldSlot,
  type HoldState,
  type Released,
  firstHold,
  mayGo,
  nextHold,
} from "../../../src/reachability/release.ts";
import { at, noon } from "./build.ts";

const outage: Outage = { kind: "Feed", because: "the country is down", until: at(300) };
const ended: HoldState = { phase: "Released", endedAt: at(-60) };

const slot = (id: string, s = -900, fleet = id): HeldSlot => ({
  id,
  fleet,
  since: at(s),
  offeredAt: undefined,
});
const slots = (n: number) =>
  Array.from({ length: n }, (_, index) => slot(`s${index}`, -900 - index));
const fresh = (is: Released["fresh"], s: number): Released => ({ at: at(s), fresh: is });

const going = (waiting: readonly HeldSlot[], released: readonly Released[] = []) =>
  mayGo({ waiting, released, state: ended, now: noon });

describe("a hold", () => {
  test("begins with an outage, and remembers since when", () => {
    const begun = nextHold(ended, outage, noon);
    assert.deepEqual(begun, { phase: "Holding", since: noon, outage });
    assert.deepEqual(nextHold(begun, outage, at(60)), { ...begun, outage });
  });

  test("ends with it, and remembers when", () => {
    const over = nextHold({ phase: "Holding", since: at(-600), outage }, undefined, noon);
    assert.deepEqual(over, { phase: "Released", endedAt: noon });
    assert.equal(nextHold(over, undefined, at(60)), over);
  });

  test("may have ended just now, for who knows nothing of it and finds that many wait", () => {
    assert.deepEqual(firstHold(3, noon), { phase: "Released", endedAt: noon });
    assert.deepEqual(firstHold(2, noon), { phase: "Released", endedAt: 0 });
  });

  test("lets nothing go, and says why", () => {
    const state = nextHold(ended, outage, noon);
    assert.deepEqual(mayGo({ waiting: slots(3), released: [], state, now: noon }), {
      ids: [],
      because: "the country is down",
      lookAgainAt: at(300),
    });
  });
});

describe("after a hold", () => {
  const cases: Record<string, { released: readonly Released[]; go: number }> = {
    "one slot goes ahead": { released: [], go: 1 },
    "nobody follows while nobody has tried its fresh address": {
      released: [fresh("Untested", -60)],
      go: 0,
    },
    "two follow where nobody tries it for five minutes: people would say that it fails": {
      released: [fresh("Untested", -300)],
      go: 2,
    },
    "four follow a second one that nobody tries": {
      released: [fresh("Untested", -900), fresh("Untested", -300)],
      go: 4,
    },
    "where some are tried, those that nobody tries say nothing": {
      released: [fresh("Reached", -900), fresh("Untested", -600)],
      go: 2,
    },
    "two follow once it is reached": { released: [fresh("Reached", -60)], go: 2 },
    "no more than two are on their way then": {
      released: [fresh("Reached", -90), fresh("Untested", -60)],
      go: 1,
    },
    "eight follow after three": {
      released: [fresh("Reached", -90), fresh("Reached", -80), fresh("Reached", -70)],
      go: 8,
    },
    "never more than sixteen go at once": {
      released: Array.from({ length: 9 }, (_, index) => fresh("Reached", -90 + index)),
      go: 16,
    },
    "nobody follows a fresh address that fails, for ten minutes": {
      released: [fresh("Reached", -700), fresh("Failing", -599)],
      go: 0,
    },
    "one follows it then": {
      released: [fresh("Reached", -700), fresh("Failing", -600)],
      go: 1,
    },
    "nobody follows a second one that fails for twenty": {
      released: [fresh("Failing", -1900), fresh("Failing", -1199)],
      go: 0,
    },
    "one follows it after twenty, but not while another is on its way": {
      released: [fresh("Failing", -1900), fresh("Failing", -1200), fresh("Untested", -60)],
      go: 0,
    },
    "it begins with two again after a failure": {
      released: [fresh("Reached", -900), fresh("Failing", -800), fresh("Reached", -60)],
      go: 2,
    },
    "the rest is never longer than six hours": {
      released: Array.from({ length: 20 }, (_, index) => fresh("Failing", -21_600 - index)),
      go: 1,
    },
  };
  for (const [name, { released, go }] of Object.entries(cases))
    test(name, () => assert.equal(going(slots(40), released).ids.length, go));

  test("those cut off longest go first, and one of each fleet before a second", () => {
    const waiting = [
      slot("b1", -800, "b"),
      slot("a2", -890, "a"),
      slot("a1", -900, "a"),
      slot("c1", -800, "c"),
    ];
    const reached = [fresh("Reached", -90), fresh("Reached", -80)];
    assert.deepEqual(going(waiting, reached).ids, ["a1", "b1", "c1", "a2"]);
  });

  test("who lets the turn pass for five minutes holds up nobody", () => {
    const first = { ...slot("a", -950), offeredAt: at(-300) };
    assert.deepEqual(going([first, slot("b")]).ids, ["b"]);
    assert.deepEqual(going([{ ...first, offeredAt: at(-299) }, slot("b")]).ids, ["a"]);
    assert.deepEqual(going([first]).ids, ["a"]);
  });

  test("what began to fail after it goes at once", () => {
    const { ids, because } = going([...slots(2), slot("new", -30)]);
    assert.deepEqual(ids, ["new", "s1"]);
    assert.match(because ?? "", /one after another/);
  });

  test("nobody looks again where nobody waits", () => {
    assert.deepEqual(going([slot("a")]), {
      ids: ["a"],
      because: undefined,
      lookAgainAt: undefined,
    });
  });

  test("it is looked at again when the next may go", () => {
    assert.equal(going(slots(9), [fresh("Untested", -60)]).lookAgainAt, at(240));
    const { lookAgainAt, because } = going(slots(9), [fresh("Failing", -60)]);
    assert.equal(lookAgainAt, at(540));
    assert.match(because ?? "", /fresh addresses fail too: .* 2026-11-23 12:09 UTC/);
  });

  test("where the rest after a failure is over and another tries, nobody waits for a time that is gone", () => {
    const { ids, lookAgainAt, because } = going(slots(9), [fresh("Failing", -900)]);
    assert.equal(ids.length, 1);
    assert.equal(lookAgainAt, at(300), "whoever lets the turn pass has five minutes");
    assert.match(because ?? "", /one slot at a time tries another/);
  });

  test("whoever waits is looked at again at a time to come, and not at once for ever", () => {
    const releases = fc.array(
      fc.record({
        at: fc.integer({ min: -90_000, max: 0 }).map(at),
        fresh: fc.constantFrom<Released["fresh"]>("Reached", "Failing", "Untested"),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(releases, fc.integer({ min: 0, max: 40 }), (released, waiting) => {
        const { lookAgainAt, because } = going(slots(waiting), released);
        assert.equal(lookAgainAt === undefined, because === undefined);
        assert.ok(lookAgainAt === undefined || lookAgainAt > noon);
      }),
    );
  });
});
