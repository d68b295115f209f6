import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { listenerNames } from "../../../src/api/names.ts";
import {
  type Evidence,
  type TestEvidence,
  type TestOutcome,
  testSteps,
} from "../../../src/reachability/evidence.ts";
import { verdictsOf } from "../../../src/reachability/verdict.ts";
import type { AddressVerdict } from "../../../src/reachability/verdict-input.ts";
import { instant } from "../../../src/values/time.ts";
import { address, at, input, noon, policy, services } from "./build.ts";

const run = { seed: 20_261_128, numRuns: 1_500 };

const outcome: fc.Arbitrary<TestOutcome> = fc.oneof(
  fc.constantFrom(...testSteps).map((upTo) => ({ kind: "Worked", upTo }) as const),
  fc
    .record({
      at: fc.constantFrom(...testSteps),
      failure: fc.oneof(
        fc.constantFrom(
          { kind: "TimedOut" } as const,
          { kind: "Reset" } as const,
          { kind: "NoAnswer" } as const,
        ),
        fc.nat(40_000).map((afterBytes) => ({ kind: "Frozen", afterBytes }) as const),
      ),
    })
    .map((given) => ({ kind: "Failed", ...given }) as const),
);

/** Times about now: some long past, some to come, many alike. */
const seconds = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -90, max: 0 }).map((n) => n * 20) },
  { weight: 1, arbitrary: fc.integer({ min: -200_000, max: 4000 }) },
);

const testBy = (
  vantagePoints: readonly string[],
  role: TestEvidence["role"],
): fc.Arbitrary<TestEvidence> =>
  fc
    .record({
      address: fc.constantFrom(address, "203.0.113.10"),
      at: seconds.map(at),
      vantagePoint: fc.constantFrom(...vantagePoints),
      place: fc.constantFrom(undefined, "p0", "p1", "p2", "p3"),
      listener: fc.constantFrom(...listenerNames.slice(0, 2)),
      outcome,
      reachesElse: fc.constantFrom(true, true, false, undefined),
    })
    .map(({ place, ...given }) => ({
      kind: "test",
      country: role === "Probe" ? "IR" : "DE",
      role,
      ...given,
      ...(place === undefined ? {} : { place }),
    }));

const probe = testBy(["a", "b", "c", "globalping"], "Probe");
const controlTest = testBy(["control", "control2"], "Control");
const word: fc.Arbitrary<Evidence> = fc.oneof(
  seconds.map((s): Evidence => ({
    kind: "report",
    address,
    at: at(s),
    by: "Page",
    country: "IR",
    message: "",
  })),
  fc.tuple(seconds, fc.nat(600)).map(([s, before]): Evidence => ({
    kind: "arrivals",
    address,
    at: at(s),
    since: at(s - before),
    chance: 0.001,
    message: "none",
  })),
);
const some = (one: fc.Arbitrary<Evidence>, maxLength = 14) => fc.array(one, { maxLength });
const anything = some(fc.oneof(probe, probe, controlTest, word), 24);

/** Evidence of a kind that makes blocks, so that rules are tried where they decide. */
const nearBlock: fc.Arbitrary<Evidence[]> = fc
  .record({
    failures: fc.array(
      fc.record({
        who: fc.constantFrom("a", "b", "c"),
        s: fc.integer({ min: -12, max: -1 }).map((n) => n * 6),
        else: fc.constantFrom(true, true, true, undefined, false),
      }),
      { minLength: 2, maxLength: 8 },
    ),
    more: some(fc.oneof(probe, controlTest), 4),
    seen: fc.integer({ min: -12, max: 0 }).map((n) => n * 6),
  })
  .map(({ failures, more, seen }) => [
    ...failures.map((one): Evidence => ({
      ...base(one.who, one.s),
      role: "Probe",
      country: "IR",
      outcome: { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } },
      reachesElse: one.else,
    })),
    {
      ...base("control", seen),
      role: "Control",
      country: "DE",
      outcome: { kind: "Worked", upTo: "transfer" },
      reachesElse: true,
    },
    ...more,
  ]);

function base(vantagePoint: string, s: number) {
  return { kind: "test", address, at: at(s), vantagePoint, listener: "chat" } as const;
}

const given = fc.oneof(anything, nearBlock);

/** How far a verdict goes. */
const severity = { Reachable: 0, Unknown: 0, Suspected: 1, Blocked: 2 } as const;
const severityOf = (evidence: readonly Evidence[]): number => {
  const verdict = verdictsOf(input(evidence)).find(({ country }) => country === "IR");
  return verdict === undefined ? 0 : severity[verdict.verdict];
};
const isBlocked = (evidence: readonly Evidence[]) => severityOf(evidence) === severity.Blocked;
const isOf = (who: string) => (one: Evidence) => one.kind === "test" && one.vantagePoint === who;

describe("whatever the evidence", () => {
  test("its order and doubles don't change a verdict, nor its words", () => {
    const shuffled = given.chain((evidence) =>
      fc.record({
        evidence: fc.constant(evidence),
        again: fc.shuffledSubarray([...evidence, ...evidence], {
          minLength: 2 * evidence.length,
        }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ evidence, again }) =>
        assert.deepEqual(verdictsOf(input(again)), verdictsOf(input(evidence))),
      ),
      run,
    );
  });

  test("one vantage point that lies blocks no address that nobody else finds failing", () => {
    const honest = some(fc.oneof(probe, controlTest, word)).map((all) =>
      all.filter((one) => one.kind !== "test" || one.role === "Control" || works(one)),
    );
    const lies = some(fc.oneof(probe, controlTest), 30).map((all) =>
      all.map((one) => ({ ...one, vantagePoint: "liar" }) as Evidence),
    );
    fc.assert(
      fc.property(honest, lies, (true_, false_) => assert.ok(!isBlocked([...true_, ...false_]))),
      run,
    );
  });

  test("an address is blocked only while a control sees it work", () => {
    fc.assert(
      fc.property(given, (evidence) => {
        const without = evidence.filter((one) => one.kind !== "test" || one.role !== "Control");
        assert.ok(!isBlocked(without));
      }),
      run,
    );
  });

  test("a control that sees the address work never speaks for it", () => {
    fc.assert(
      fc.property(given, controlTest, (evidence, one) => {
        const seen = { ...one, address, outcome: { kind: "Worked", upTo: "transfer" } } as const;
        assert.ok(severityOf([...evidence, seen]) >= severityOf(evidence));
      }),
      run,
    );
  });

  test("a control that fails never speaks against the address", () => {
    fc.assert(
      fc.property(given, controlTest, (evidence, one) => {
        const failing = { ...one, outcome: failedNow, at: noon, address, reachesElse: true };
        assert.ok(severityOf([...evidence, failing]) <= severityOf(evidence));
      }),
      run,
    );
  });

  test("where most controls fail last, nothing is blocked", () => {
    fc.assert(
      fc.property(given, (evidence) => {
        const failing = ["control", "control2", "control3"].map((who): Evidence => ({
          ...base(who, 0),
          role: "Control",
          country: "DE",
          outcome: failedNow,
          reachesElse: true,
        }));
        assert.ok(!isBlocked([...evidence, ...failing.slice(0, 2)]));
        const working = evidence.filter((one) => !isOf("control2")(one));
        assert.ok(!isBlocked([...working, ...failing.slice(1)]));
      }),
      run,
    );
  });

  test("places that contradict themselves block nothing", () => {
    fc.assert(
      fc.property(given, (evidence) => {
        const contrary = evidence.map((one): Evidence =>
          one.kind === "test" && one.role === "Probe"
            ? { ...one, outcome: { kind: "Worked", upTo: "transfer" } }
            : one,
        );
        assert.ok(!isBlocked([...evidence, ...contrary]));
      }),
      run,
    );
  });

  test("no place whose line is down speaks against the address", () => {
    fc.assert(
      fc.property(given, probe, (evidence, one) => {
        const down = { ...one, outcome: failedNow, reachesElse: false };
        assert.equal(isBlocked([...evidence, down]), isBlocked(evidence));
      }),
      run,
    );
  });

  test("a block is never made of what is older than the fleet asks", () => {
    const old = given.map((all) =>
      all.map((one) => ({ ...one, at: instant(one.at - policy.blockedWhen.within - 4_001_000) })),
    );
    fc.assert(
      fc.property(old, (evidence) => assert.ok(!isBlocked(evidence))),
      run,
    );
  });

  test("a measured block needs as many vantage points, failures and seconds as it says, before a control saw it work", () => {
    fc.assert(
      fc.property(nearBlock, (evidence) => {
        if (!isBlocked(evidence)) return;
        const failing = evidence.filter(
          (one): one is TestEvidence =>
            one.kind === "test" && one.role === "Probe" && one.outcome.kind === "Failed",
        );
        const controls = evidence.filter(
          (one): one is TestEvidence =>
            one.kind === "test" && one.role === "Control" && one.address === address && works(one),
        );
        const lastSeen = Math.max(...controls.map((one) => Math.min(one.at, noon)));
        const ours = failing.filter(
          (one) =>
            one.address === address &&
            one.reachesElse !== false &&
            Math.min(one.at, noon) <= lastSeen,
        );
        assert.ok(ours.length >= policy.blockedWhen.failures);
        assert.ok(new Set(ours.map(placeOf)).size >= policy.blockedWhen.vantagePoints);
        const times = ours.map((one) => Math.min(one.at, noon));
        assert.ok(Math.max(...times) - Math.min(...times) >= 20_000);
      }),
      run,
    );
  });

  test("an address that is blocked stays so, unless two places or more prove that it is reached", () => {
    const before: AddressVerdict[] = [
      { country: "IR", verdict: "Blocked", since: at(-9000), kind: "Address", listeners: ["chat"] },
    ];
    fc.assert(
      fc.property(given, (evidence) => {
        const [verdict] = verdictsOf(input(evidence, { before }));
        const proving = evidence.filter((one) => one.kind === "test" && works(one));
        const places = new Set(proving.map((one) => placeOf(one as TestEvidence)));
        if (places.size < 2) assert.equal(verdict?.verdict, "Blocked");
        if (evidence.every(isOf("a"))) assert.equal(verdict?.verdict, "Blocked");
      }),
      run,
    );
  });
});

describe("however late and in whatever order reports arrive", () => {
  /** Looks after each report, as the operator does, and returns all verdicts. */
  const story = (evidence: readonly Evidence[]): readonly AddressVerdict[] => {
    let before: readonly AddressVerdict[] = [];
    return evidence.flatMap((_, index) => {
      before = verdictsOf(input(evidence.slice(0, index + 1), { before }));
      return before;
    });
  };

  test("one vantage point alone never makes a block on the way", () => {
    const lies = some(fc.oneof(probe, controlTest), 20).map((all) =>
      all.map((one) =>
        one.kind === "test" && one.role === "Probe" ? { ...one, vantagePoint: "liar" } : one,
      ),
    );
    fc.assert(
      fc.property(lies, (evidence) =>
        assert.ok(story(evidence).every(({ verdict }) => verdict !== "Blocked")),
      ),
      run,
    );
  });

  test("no block on the way is taken back by what had been said before it", () => {
    fc.assert(
      fc.property(given, (evidence) => {
        const verdicts = story(evidence).filter(({ country }) => country === "IR");
        const first = verdicts.findIndex(({ verdict }) => verdict === "Blocked");
        if (first !== -1)
          assert.ok(verdicts.slice(first).every(({ verdict }) => verdict === "Blocked"));
      }),
      run,
    );
  });
});

const failedNow: TestOutcome = { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } };

function works({ outcome }: TestEvidence): boolean {
  return outcome.kind === "Worked";
}

function placeOf({ vantagePoint, place }: TestEvidence): string {
  return services.has(vantagePoint) && place !== undefined
    ? `${vantagePoint}/${place}`
    : vantagePoint;
}
