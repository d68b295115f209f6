import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Outage } from "../../../src/reachability/outage.ts";
import {
  type HeldSlot,
  type HoldState,
  type Released,
  mayGo,
  nextHold,
} from "../../../src/reachability/release.ts";
import { at, noon } from "./build.ts";

const outage: Outage = { kind: "Feed", because: "the country is down", until: at(300) };
const ended: HoldState = { phase: "Released", endedAt: at(-60) };

const slot = (id: string, s = -900, fleet = id): HeldSlot => ({ id, fleet, since: at(s) });
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

  test("is taken to have ended just now by who knows nothing of it", () => {
    assert.deepEqual(nextHold(undefined, undefined, noon), { phase: "Released", endedAt: noon });
  });

  test("lets nothing go, and says why", () => {
    const state = nextHold(undefined, outage, noon);
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
    "one follows where nobody tries it for five minutes": {
      released: [fresh("Untested", -300)],
      go: 1,
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
});
