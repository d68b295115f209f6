import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type PlaceWord,
  type SeenAddress,
  placesIn,
  seenFrom,
} from "../../../src/reachability/country-view.ts";
import {
  type CountryView,
  type FeedAlert,
  type Outage,
  suspectedOutage,
} from "../../../src/reachability/outage.ts";
import type { AddressVerdict } from "../../../src/reachability/verdict-input.ts";
import { minutes } from "../../../src/values/time.ts";
import {
  arrivals,
  at,
  control,
  failed,
  failure,
  input,
  noon,
  report,
  services,
  worked,
} from "./build.ts";

/** An address that fails since so many seconds after noon, and that the control sees answer. */
const failing = (s: number, given: Partial<SeenAddress> = {}): SeenAddress => ({
  address: "203.0.113.9",
  failing: { since: at(s), byTests: true },
  reachedAt: undefined,
  control: "Works",
  ...given,
});

const works = (s: number): SeenAddress => ({
  address: "203.0.113.10",
  failing: undefined,
  reachedAt: at(s),
  control: "Works",
});

const many = (n: number, one: (index: number) => SeenAddress) =>
  Array.from({ length: n }, (_, index) => one(index));

const up = (witness: string): PlaceWord => ({ witness, reachesAnything: true });
const down = (witness: string): PlaceWord => ({ witness, reachesAnything: false });

const view = (given: Partial<CountryView>): CountryView => ({
  country: "IR",
  addresses: [],
  places: [up("a"), up("b")],
  feeds: [],
  outage: { percent: 50, within: minutes(30) },
  now: noon,
  ...given,
});

const alert = (given: Partial<FeedAlert> = {}): FeedAlert => ({
  feed: "IODA",
  since: at(-1200),
  seenAt: at(-300),
  message: "ping-slash24 is critical",
  ...given,
});

interface Case {
  readonly given: Partial<CountryView>;
  readonly kind: Outage["kind"] | undefined;
  readonly says?: RegExp;
  readonly until?: number;
}

function check(cases: Record<string, Case>): void {
  for (const [name, { given, kind, says, until }] of Object.entries(cases))
    test(name, () => {
      const outage = suspectedOutage(view(given));
      assert.equal(outage?.kind, kind, outage?.because ?? "no outage");
      if (says !== undefined) assert.match(outage?.because ?? "", says);
      if (until !== undefined) assert.equal(outage?.until, at(until));
    });
}

/** Failures that began long ago: nobody waits for another address any more. */
const twoOld = [failing(-900), failing(-930)];

describe("addresses that fail together", () => {
  check({
    "are an outage where most do, whatever fleets they are of": {
      given: {
        addresses: [...many(20, (index) => failing(-60 + index)), ...many(4, () => works(0))],
      },
      kind: "FailTogether",
      says: /^20 of 24 addresses published for IR began to fail in 19 s: that looks like an outage. Nothing moves until they work, or until 2026-11-23 12:29 UTC$/,
      until: -41 + 1800,
    },
    "are none where no more than half do": {
      given: { addresses: [...many(12, () => failing(-60)), ...many(12, () => works(0))] },
      kind: undefined,
    },
    "are counted among those that anybody tried": {
      given: {
        addresses: [
          ...many(12, () => failing(-60)),
          ...many(11, () => works(0)),
          ...many(20, () => ({ ...works(0), reachedAt: undefined })),
        ],
      },
      kind: "FailTogether",
    },
    "are none where they are two of three": {
      given: { addresses: [failing(-60), failing(-90), works(0)] },
      kind: undefined,
    },
    "are none where they began to fail one after the other": {
      given: { addresses: [...many(4, (index) => failing(-700 - index * 1801)), works(0)] },
      kind: undefined,
    },
    "are an outage though an older block is among them": {
      given: { addresses: [failing(-90_000), ...many(3, () => failing(-60)), works(0)] },
      kind: "FailTogether",
      says: /^3 of 5 addresses/,
    },
    "are none any more after half an hour": {
      given: { addresses: [...many(5, () => failing(-1800)), works(0)] },
      kind: undefined,
    },
    "are an outage till then": {
      given: { addresses: [...many(5, () => failing(-1799)), works(0)] },
      kind: "FailTogether",
    },
    "are none where a fleet says so": {
      given: {
        addresses: [...many(5, () => failing(-900)), works(0)],
        outage: { percent: 100, within: minutes(30) },
      },
      kind: undefined,
    },
    "count where only people say so": {
      given: {
        addresses: many(3, () => failing(-60, { failing: { since: at(-60), byTests: false } })),
      },
      kind: "FailTogether",
    },
  });
});

describe("controls that fail too", () => {
  check({
    "are an outage at the only address": {
      given: { addresses: [failing(-900, { control: "Fails" })] },
      kind: "ControlsFail",
      says: /^the controls fail at 1 of 1 address published for IR/,
    },
    "are an outage at most addresses": {
      given: { addresses: [...many(2, () => failing(-900, { control: "Fails" })), works(0)] },
      kind: "ControlsFail",
    },
    "are none at one address of two: that one is dead": {
      given: { addresses: [failing(-900, { control: "Fails" }), works(0)] },
      kind: undefined,
    },
    "say nothing where no control tried": {
      given: { addresses: [failing(-900, { control: "Silent" })] },
      kind: undefined,
    },
  });
});

describe("vantage points that reach nothing else", () => {
  check({
    "are an outage where they are most of them": {
      given: { addresses: twoOld, places: [down("a"), down("b"), up("c")] },
      kind: "NothingElseReached",
      says: /^2 of 3 vantage points in IR reach nothing else either: their lines are down/,
    },
    "are an outage where it is the only one": {
      given: { addresses: twoOld, places: [down("a")] },
      kind: "NothingElseReached",
      says: /^1 of 1 vantage point in IR reaches nothing else either: its line is down/,
    },
    "are none where half of them do": {
      given: { addresses: twoOld, places: [down("a"), up("b")] },
      kind: undefined,
    },
    "say nothing where there are none": {
      given: { addresses: twoOld, places: [] },
      kind: undefined,
    },
  });
});

describe("where no address of ours is reached since the failure began", () => {
  check({
    "one address alone waits for five minutes": {
      given: { addresses: [failing(-299)] },
      kind: "NobodyVouches",
      says: /^no published address is reached from IR since 2026-11-23 11:55 UTC: it may be an outage/,
      until: 1,
    },
    "and no longer": { given: { addresses: [failing(-300)] }, kind: undefined },
    "two addresses wait for the last of them": {
      given: { addresses: [failing(-900), failing(-60)] },
      kind: "NobodyVouches",
      until: 240,
    },
    "none waits once another address is reached": {
      given: { addresses: [failing(-60), works(-60)] },
      kind: undefined,
    },
    "it waits while another was only reached before": {
      given: { addresses: [failing(-60), works(-61)] },
      kind: "NobodyVouches",
    },
    "none waits that a person reported": {
      given: { addresses: [failing(-60, { failing: { since: at(-60), byTests: false } })] },
      kind: undefined,
    },
  });
});

describe("an outage feed", () => {
  check({
    holds: {
      given: { feeds: [alert()], addresses: twoOld },
      kind: "Feed",
      says: /^IODA reports an outage in IR since 2026-11-23 11:40 UTC: ping-slash24 is critical/,
      until: 3300,
    },
    "is not believed for longer than an hour": {
      given: { feeds: [alert({ seenAt: at(-3600) })], addresses: twoOld },
      kind: undefined,
    },
    "is not believed against tests from the country": {
      given: { feeds: [alert()], addresses: [...twoOld, works(-60)] },
      kind: undefined,
    },
  });
});

describe("an address as it bears on an outage", () => {
  const before = (given: Partial<AddressVerdict>): AddressVerdict[] => [
    { country: "IR", verdict: "Blocked", since: at(-7200), ...given },
  ];
  const seen = (
    evidence: Parameters<typeof input>[0],
    verdicts: readonly AddressVerdict[] = [],
  ): SeenAddress => seenFrom("IR", input(evidence, { before: verdicts }));

  test("fails from its first failure on, before there is any verdict", () => {
    const evidence = [failed("a", -60), failed("b", -50, { reachesElse: false })];
    assert.deepEqual(seen(evidence).failing, { since: at(-60), byTests: true });
  });

  test("does not fail where as many places reach it as don't", () => {
    const got = seen([failed("a", -60), worked("b", -50)]);
    assert.deepEqual([got.failing, got.reachedAt], [undefined, at(-50)]);
  });

  test("fails since its verdict says so, tested or not", () => {
    assert.deepEqual(seen([], before({ kind: "Address" })).failing, {
      since: at(-7200),
      byTests: true,
    });
    assert.deepEqual(seen([], before({})).failing, { since: at(-7200), byTests: false });
    assert.equal(seen([], before({ verdict: "Reachable" })).failing, undefined);
  });

  test("fails while it is suspected, until a test reaches it", () => {
    const suspected = before({ verdict: "Suspected" });
    assert.deepEqual(seen([arrivals(-60)], suspected).failing?.since, at(-7200));
    assert.equal(seen([worked("a", -60)], suspected).failing, undefined);
  });

  test("is known to the controls, or not", () => {
    const down = control(-10, { outcome: failure() });
    assert.equal(seen([control(-60)]).control, "Works");
    assert.equal(seen([control(-60), down]).control, "Fails");
    assert.equal(seen([down, control(-5, { listener: "media" })]).control, "Works");
    assert.equal(seen([worked("a", -5)]).control, "Silent");
  });
});

describe("the places of a country", () => {
  const watch = { now: noon, within: minutes(30), services };
  const words = (evidence: Parameters<typeof input>[0]) =>
    Object.fromEntries(
      placesIn("IR", evidence, watch).map((one) => [one.witness, one.reachesAnything]),
    );

  test("reach something, or nothing, by their last word on it", () => {
    const isDown = { reachesElse: false } as const;
    assert.deepEqual(
      words([
        failed("a", -60, isDown),
        failed("a", -90),
        failed("b", -90, isDown),
        worked("b", -60),
        failed("c", -60, { reachesElse: undefined }),
        failed("d", -60, isDown),
        failed("d", -60),
        failed("e", -1801, isDown),
        failed("f", -60, { ...isDown, country: "RU" }),
        control(-60, { ...isDown, outcome: failure() }),
        report("Page", -60),
      ]),
      { a: false, b: true, d: true },
    );
  });
});
