import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Queued, type Turns, type TurnsInput, giveTurns } from "../../../src/fleet/turns.ts";
import { hours, minutes } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";

const queued = (fleet: string, given: Partial<Queued> = {}): Queued => ({
  fleet,
  order: fleet,
  isBehind: true,
  isUnderWay: false,
  isStuck: false,
  isHeld: false,
  windows: [],
  ...given,
});
const underWay = (fleet: string, given: Partial<Queued> = {}) =>
  queued(fleet, { isBehind: false, isUnderWay: true, ...given });
/** Opens at one o'clock at night, for an hour. */
const nightly = [{ cron: "0 1 * * *", duration: hours(1), timeZone: "UTC" }];

function give(queue: readonly Queued[], given: Partial<TurnsInput> = {}): Turns {
  const input = { memory: new Map(), fleets: 10, percent: 5, isHeld: false, now: noon };
  return giveTurns({ ...input, elapsedMs: 0, queue, ...given });
}

const whose = ({ turns }: Turns) =>
  [...turns].flatMap(([fleet, { kind }]) => (kind === "now" ? [fleet] : []));

describe("it is the turn", () => {
  const cases: Record<string, { given: Turns; expect: readonly string[] }> = {
    "of one fleet where there are few": {
      given: give([queued("b"), queued("a"), queued("c")]),
      expect: ["a"],
    },
    "of a share of many": {
      given: give([queued("c"), queued("b"), queued("a"), queued("d")], { fleets: 60 }),
      expect: ["a", "b", "c"].toReversed(),
    },
    "of nobody else while one is on its way": {
      given: give([underWay("b"), queued("a")]),
      expect: ["b"],
    },
    "of the next one where one is stuck, by its Deployment's word": {
      given: give([underWay("b", { isStuck: true }), queued("a")]),
      expect: ["b", "a"],
    },
    "of the next one where one has been on its way for an hour": {
      given: give([underWay("b"), queued("a")], {
        memory: new Map([["b", { begunAt: 0, passed: 0 }]]),
        elapsedMs: hours(1),
      }),
      expect: ["b", "a"],
    },
    "of nobody new while one may begin": {
      given: give([queued("b"), queued("a")], {
        memory: new Map([["b", { offeredAt: 0, passed: 0 }]]),
        elapsedMs: minutes(1),
      }),
      expect: ["b"],
    },
    "of the next one where one does not begin for two minutes": {
      given: give([queued("a"), queued("b")], {
        memory: new Map([["a", { offeredAt: 0, passed: 0 }]]),
        elapsedMs: minutes(2),
      }),
      expect: ["b"],
    },
    "again of one that let it pass, where nobody else waits": {
      given: give([queued("a")], {
        memory: new Map([["a", { offeredAt: 0, passed: 3 }]]),
        elapsedMs: minutes(2),
      }),
      expect: ["a"],
    },
    "of no fleet that a person holds": {
      given: give([queued("a", { isHeld: true }), queued("b")]),
      expect: ["b"],
    },
    "of no fleet outside its windows": {
      given: give([queued("a", { windows: nightly }), queued("b")]),
      expect: ["b"],
    },
    "of a fleet inside its windows": {
      given: give([queued("a", { windows: nightly }), queued("b")], { now: at(hours(13) / 1000) }),
      expect: ["a"],
    },
    "no more of one that could begin and whose window has closed": {
      given: give([queued("a", { windows: nightly }), queued("b")], {
        memory: new Map([["a", { offeredAt: 0, passed: 0 }]]),
      }),
      expect: ["b"],
    },
    "still of one that is on its way when a newer version comes": {
      given: give([underWay("b", { isBehind: true }), queued("a")]),
      expect: ["b"],
    },
    "no more of one on its way that a person holds, and its place is still taken": {
      given: give([underWay("b", { isBehind: true, isHeld: true }), queued("a")]),
      expect: [],
    },
    "of nobody where all are held, but who is on the way goes on": {
      given: give([queued("a"), underWay("b")], { isHeld: true }),
      expect: ["b"],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(whose(given), expect));
});

describe("who waits looks again", () => {
  const lookAt = (given: Turns, fleet: string) => {
    const turn = given.turns.get(fleet);
    return turn?.kind === "waits" ? turn.lookAt : "has its turn";
  };
  test("when a place is free at the latest", () => {
    const memory = new Map([["b", { begunAt: 0, passed: 0 }]]);
    const given = give([underWay("b"), queued("a")], { memory, elapsedMs: minutes(59) });
    assert.equal(lookAt(given, "a"), at(60));
    assert.equal(lookAt(give([queued("a"), queued("b")]), "b"), at(120));
  });
  test("when its window opens", () =>
    assert.equal(lookAt(give([queued("a", { windows: nightly })]), "a"), at(hours(13) / 1000)));
  test("never by the clock while it is held", () =>
    assert.equal(lookAt(give([queued("a")], { isHeld: true }), "a"), undefined));
});

test("nothing is remembered of fleets that need nothing", () => {
  const memory = new Map([["gone", { offeredAt: 0, passed: 2 }]]);
  assert.deepEqual([...give([queued("a")], { memory }).memory.keys()], ["a"]);
});
