import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import {
  type RoundAnswer,
  type RoundMemory,
  afterRound,
} from "../../../src/reachability/round-memory.ts";
import { type ScheduleView, nextRound, pauseAfter } from "../../../src/reachability/schedule.ts";
import { targetsOf } from "../../../src/reachability/targets.ts";
import {
  type Instant,
  hours,
  instant,
  millis,
  minutes,
  seconds,
} from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";
import { address, agent, fleet, memory, vantagePoint } from "./stage.ts";

const iran = vantagePoint();
const [calm] = targetsOf({
  vantagePoint: iran,
  all: [iran],
  fleets: [fleet([address("203.0.113.9")])],
});
assert.ok(calm !== undefined);
const suspected = { ...calm, address: "203.0.113.10", isSuspected: true };

function scheduled(given: Partial<ScheduleView>, now: Instant): string {
  const view = { vantagePoint: iran, targets: [calm!], memory: undefined, quota: undefined };
  const next = nextRound({ ...view, ...given }, now);
  switch (next.kind) {
    case "nothing":
      return "nothing";
    case "wait":
      return `${(next.until - noon) / 1000}${next.forQuota ? " for quota" : ""}`;
    case "due":
      return `due: ${next.targets.map((target) => target.address).join(", ")}${next.isQuick ? ", quick" : ""}`;
  }
}

const both = [calm, suspected];
const failed = (failures: number, more: object = {}) =>
  memory({ answer: { kind: "failed", message: "busy", ...more }, failures });

describe("a vantage point's next round", () => {
  const measuredAt = (time: string, observedGeneration = 1): VantagePoint =>
    vantagePoint({}, { status: { observedGeneration, lastResult: time } });
  const cases: Record<string, { given: Partial<ScheduleView>; now: Instant; expect: string }> = {
    "comes at once for a new one": { given: {}, now: noon, expect: "due: 203.0.113.9" },
    "never comes where there is nothing to test": {
      given: { targets: [] },
      now: noon,
      expect: "nothing",
    },
    "comes after its interval": { given: { memory: memory() }, now: at(60), expect: "600" },
    "is due then": { given: { memory: memory() }, now: at(600), expect: "due: 203.0.113.9" },
    "is spread by a tenth": {
      given: { memory: memory({ jitter: 0 }) },
      now: at(60),
      expect: "540",
    },
    "keeps its time over a change of leaders": {
      given: { vantagePoint: measuredAt("2026-11-23T11:55:00Z") },
      now: noon,
      expect: "300",
    },
    "comes at once after a change of leaders where none came for long": {
      given: { vantagePoint: measuredAt("2026-11-23T11:00:00Z") },
      now: noon,
      expect: "due: 203.0.113.9",
    },
    "comes at once where its spec was changed, also during a pause": {
      given: { memory: { ...failed(9), generation: 0 } },
      now: at(1),
      expect: "due: 203.0.113.9",
    },
    "comes at once where its spec was changed, and the status has seen that": {
      given: {
        vantagePoint: measuredAt("2026-11-23T11:59:00Z"),
        memory: memory({ generation: 0 }),
      },
      now: at(1),
      expect: "due: 203.0.113.9",
    },
    "comes at once where its spec was changed under another leader": {
      given: { vantagePoint: measuredAt("2026-11-23T11:59:00Z", 0) },
      now: noon,
      expect: "due: 203.0.113.9",
    },
    "comes at once where it was made again under its name": {
      given: { memory: memory({ uid: "another" }) },
      now: at(1),
      expect: "due: 203.0.113.9",
    },
    "is not put off for hours by a clock that was set back": {
      given: { memory: memory({ endedAt: at(7200), fullAt: at(7200) }) },
      now: noon,
      expect: "due: 203.0.113.9",
    },
    "comes half a minute after the last one for a suspicion": {
      given: { memory: memory(), targets: both },
      now: at(1),
      expect: "30",
    },
    "tests suspected addresses alone then": {
      given: { memory: memory(), targets: both },
      now: at(30),
      expect: "due: 203.0.113.10, quick",
    },
    "comes at once for a suspicion where the last one was long ago": {
      given: { memory: memory(), targets: both },
      now: at(400),
      expect: "due: 203.0.113.10, quick",
    },
    "waits twice as long with each further round of suspected addresses": {
      given: { memory: memory({ quickRounds: 3 }), targets: both },
      now: at(1),
      expect: "240",
    },
    "tests everything when its interval is over, suspicion or not": {
      given: { memory: memory({ quickRounds: 3 }), targets: both },
      now: at(600),
      expect: "due: 203.0.113.9, 203.0.113.10",
    },
    "is tried again half a minute after a failure": {
      given: { memory: failed(1) },
      now: at(1),
      expect: "30",
    },
    "waits twice as long after each failure": {
      given: { memory: failed(4) },
      now: at(1),
      expect: "240",
    },
    "waits an hour at most": { given: { memory: failed(60) }, now: at(1), expect: "3600" },
    "waits as long as the service asks": {
      given: { memory: failed(1, { retryAfterMs: minutes(50) }) },
      now: at(1),
      expect: "3000",
    },
    "but not for days": {
      given: { memory: failed(1, { retryAfterMs: hours(72) }) },
      now: at(1),
      expect: "7200",
    },
    "is not brought forward by a suspicion while the service fails": {
      given: { memory: failed(4), targets: both },
      now: at(1),
      expect: "240",
    },
    "waits its interval where the service has no probe": {
      given: { memory: memory({ answer: { kind: "noProbes", message: "none" } }) },
      now: at(1),
      expect: "600",
    },
    "looks for a missing token every minute": {
      given: { memory: memory({ answer: { kind: "tokenMissing", message: "none" } }) },
      now: at(1),
      expect: "60",
    },
    "does not begin where the quota can't pay it": {
      given: { memory: memory(), quota: { left: 5, renewedAt: at(1800) } },
      now: at(600),
      expect: "1800 for quota",
    },
    "begins where the quota pays for the cheapest round": {
      given: { memory: memory(), quota: { left: 6, renewedAt: at(1800) } },
      now: at(600),
      expect: "due: 203.0.113.9",
    },
    "of check-host.net needs as many tests, whatever the number of its nodes": {
      given: {
        vantagePoint: vantagePoint({ globalping: undefined, checkHost: { limit: 5 } }),
        memory: memory(),
        quota: { left: 2, renewedAt: at(1800) },
      },
      now: at(600),
      expect: "due: 203.0.113.9",
    },
    "begins when the quota is renewed": {
      given: { memory: memory(), quota: { left: 0, renewedAt: at(1800) } },
      now: at(1800),
      expect: "due: 203.0.113.9",
    },
    "of an agent is a look for its token, whatever there is to test": {
      given: { vantagePoint: agent, targets: [] },
      now: noon,
      expect: "due: ",
    },
    "of an agent is not brought forward by a suspicion": {
      given: { vantagePoint: agent, targets: both, memory: memory() },
      now: at(60),
      expect: "600",
    },
  };
  for (const [name, { given, now, expect }] of Object.entries(cases))
    test(name, () => assert.equal(scheduled(given, now), expect));
});

describe("what is remembered of a round", () => {
  const end = { uid: "vantage-uid", generation: 1, results: 2, isQuick: false };
  const next = (before: RoundMemory | undefined, given: object = {}) =>
    afterRound(
      before,
      { ...end, answer: { kind: "worked" }, ...given },
      { now: at(60), random: () => 0.25 },
    );

  test("a round of suspected addresses does not put off the next one of all", () => {
    const after = next(memory(), { isQuick: true });
    assert.deepEqual([after.fullAt, after.endedAt, after.quickRounds], [noon, at(60), 1]);
    assert.equal(next(after).quickRounds, 0);
  });

  test("failures in a row are counted until it works, or has no probe", () => {
    const failing = { kind: "failed", message: "busy" };
    const twice = next(next(memory(), { answer: failing }), { answer: failing });
    assert.equal(twice.failures, 2);
    assert.equal(next(twice).failures, 0);
    assert.equal(next(twice, { answer: { kind: "noProbes", message: "" } }).failures, 0);
    assert.equal(next(twice, { answer: { kind: "tokenMissing", message: "" } }).failures, 0);
  });

  test("when results came last is kept over rounds without any", () =>
    assert.deepEqual(next(memory(), { results: 0 }).last, { at: noon, results: 4 }));

  test("nothing is kept of an earlier vantage point of that name", () =>
    assert.equal(next(failed(3), { uid: "another", results: 0 }).last, undefined));
});

test("a service that fails is never asked sooner than before, and never left alone for longer than two hours", () => {
  const answers = fc.record({
    kind: fc.constant("failed" as const),
    message: fc.constant("busy"),
    retryAfterMs: fc.oneof(fc.constant(millis(0)), fc.nat(10 ** 9).map(millis)),
  });
  fc.assert(
    fc.property(
      answers,
      fc.nat(100),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (answer, failures, jitter) => {
        const pause = pauseAfter({ answer, failures: failures + 1, jitter }, seconds(30)) ?? 0;
        const later = pauseAfter({ answer, failures: failures + 2, jitter }, seconds(30)) ?? 0;
        assert.ok(pause >= seconds(27) && pause <= hours(2) && later >= pause, `${pause} ${later}`);
      },
    ),
  );
});

test("whatever is suspected, and whatever comes of it, a service is asked a bounded number of times an hour", () => {
  const answers = fc.constantFrom<RoundAnswer>(
    { kind: "worked" },
    { kind: "noProbes", message: "" },
    { kind: "failed", message: "busy" },
  );
  const steps = fc.array(fc.record({ answer: answers, suspicion: fc.boolean() }), {
    minLength: 400,
    maxLength: 400,
  });
  fc.assert(
    fc.property(steps, (all) => {
      let [rounds, known] = [0, undefined as RoundMemory | undefined];
      for (const [index, { answer, suspicion }] of all.entries()) {
        const now = instant(noon + index * seconds(10));
        const targets = suspicion ? both : [calm];
        const view = { vantagePoint: iran, targets, memory: known, quota: undefined };
        const next = nextRound(view, now);
        if (next.kind !== "due") continue;
        rounds++;
        const end = { uid: "vantage-uid", generation: 1, answer, results: 1 };
        const time = { now, random: () => 0.5 };
        known = afterRound(known, { ...end, isQuick: next.isQuick }, time);
      }
      // 400 looks are 67 minutes: 7 intervals of 10 minutes, each with five rounds at most, and as
      // many tries after failures.
      assert.ok(rounds <= 70, `${rounds} rounds`);
    }),
    { numRuns: 30 },
  );
});
