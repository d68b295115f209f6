import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { decodeLog, encodeLog } from "../../../src/reachability/evidence-encoding.ts";
import {
  type LogLimits,
  allEvidence,
  emptyLog,
  remember,
  senderOf,
  usualLimits,
} from "../../../src/reachability/evidence-log.ts";
import type { Evidence } from "../../../src/reachability/evidence.ts";
import { verdictsOf } from "../../../src/reachability/verdict.ts";
import { minutes } from "../../../src/values/time.ts";
import {
  address,
  arrivals,
  control,
  failed,
  input,
  noon,
  report,
  worked,
  policy,
} from "./build.ts";

const run = { seed: 20_261_128, numRuns: 300 };
const limits = usualLimits([policy.blockedWhen]);
const few: LogLimits = { keepFor: minutes(30), perSeries: 3, perAddress: 12, inAll: 20 };

const seconds = fc.integer({ min: -2000, max: 20 });
const where = fc.constantFrom(address, "203.0.113.10", "2001:db8::9");
const who = fc.constantFrom("a", "b", "c", "d");
const one: fc.Arbitrary<Evidence> = fc.oneof(
  fc
    .tuple(who, seconds, where, fc.boolean(), fc.constantFrom({}, { place: "p0" }, { place: "p1" }))
    .map(([name, s, address, fails, place]) =>
      (fails ? failed : worked)(name, s, { address, ...place }),
    ),
  seconds.map((s) => control(s)),
  seconds.map((s) => report("Page", s)),
  seconds.map((s) => arrivals(s)),
);
const some = fc.array(one, { maxLength: 60 });

const heardOneByOne = (all: readonly Evidence[], of: LogLimits) =>
  all.reduce((log, each) => remember(log, [each], { now: noon, limits: of }), emptyLog);
const texts = (all: readonly Evidence[]) =>
  all.map((each) => inspect(each, { sorted: true, breakLength: Infinity })).toSorted();

describe("whatever is heard", () => {
  test("what is remembered does not depend on its order, nor on how often it comes", () => {
    const shuffled = some.chain((all) =>
      fc.record({
        all: fc.constant(all),
        again: fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ all, again }) => {
        const once = allEvidence(remember(emptyLog, all, { now: noon, limits }));
        assert.deepEqual(texts(allEvidence(heardOneByOne(again, limits))), texts(once));
      }),
      run,
    );
  });

  test("no limit is passed", () => {
    fc.assert(
      fc.property(some, (all) => {
        const log = heardOneByOne(all, few);
        assert.ok(allEvidence(log).length <= few.inAll);
        for (const own of log.values()) assert.ok(own.length <= few.perAddress);
        assert.ok(allEvidence(log).every(({ at }) => at <= noon && noon - at <= few.keepFor));
      }),
      run,
    );
  });

  test("how much one sends changes nothing of what is kept of others", () => {
    const flood = fc.array(
      fc.tuple(seconds, where).map(([s, address]) => failed("flood", s, { address })),
      { minLength: 1, maxLength: 80 },
    );
    const ofOthers = (all: readonly Evidence[]) =>
      texts(all.filter((each) => senderOf(each) !== "flood"));
    fc.assert(
      fc.property(some, flood, (all, loud) => {
        const first = [
          ...new Map(loud.map((each) => [each.address, { ...each, at: noon }])).values(),
        ];
        const quiet = remember(emptyLog, [...all, ...first], { now: noon, limits: few });
        const both = remember(emptyLog, [...all, ...first, ...loud], { now: noon, limits: few });
        assert.deepEqual(ofOthers(allEvidence(both)), ofOthers(allEvidence(quiet)));
      }),
      run,
    );
  });

  test("a restart forgets nothing, and changes no verdict", () => {
    const before = [
      { country: "IR", verdict: "Blocked", since: noon, kind: "Address", listeners: ["chat"] },
    ] as const;
    fc.assert(
      fc.property(some, fc.constantFrom([], before), (all, before) => {
        const log = remember(emptyLog, all, { now: noon, limits });
        const read = decodeLog(encodeLog(log, noon));
        const again = remember(emptyLog, read, { now: noon, limits });
        assert.deepEqual(texts(allEvidence(again)), texts(allEvidence(log)));
        const verdicts = (evidence: readonly Evidence[]) => verdictsOf(input(evidence, { before }));
        assert.deepEqual(verdicts(allEvidence(again)), verdicts(allEvidence(log)));
      }),
      run,
    );
  });

  test("what is written never takes more than it may, and is of what was heard", () => {
    const bytes = fc.integer({ min: 100, max: 2000 });
    fc.assert(
      fc.property(some, bytes, (all, most) => {
        const log = remember(emptyLog, all, { now: noon, limits });
        const text = encodeLog(log, noon, most);
        assert.ok(text.length <= most);
        const known = new Set(texts(allEvidence(log)));
        const kept = remember(emptyLog, decodeLog(text), { now: noon, limits });
        assert.ok(texts(allEvidence(kept)).every((each) => known.has(each)));
      }),
      run,
    );
  });

  test("garbage in its place is read as nothing, and throws nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.deepEqual(decodeLog(text), []);
      }),
      run,
    );
  });
});
