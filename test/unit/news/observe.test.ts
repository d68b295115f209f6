import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressIndexes } from "../../../src/cluster/caches.ts";
import type { CustomObject, Secret } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { type NewsSources, observedLasting, observedNews } from "../../../src/news/io/observe.ts";
import { CountryLooks } from "../../../src/reachability/io/country-looks.ts";
import { formatInstant, minutes, plus } from "../../../src/values/time.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { fleetObject, fleetUid } from "../../objects/fleet.ts";
import { keySecret } from "../../objects/key-secret.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { vantagePointObject } from "../../objects/vantage-point.ts";
import { key, noon } from "./build.ts";

const metadata = { uid: fleetUid };
const suspected = {
  conditions: [
    {
      type: "OutageSuspected",
      status: "True",
      reason: "SlotsFailTogether",
      message: "",
      lastTransitionTime: formatInstant(noon),
    },
  ],
};
const serving = { phase: "Serving", phaseSince: formatInstant(noon) };

interface Given {
  readonly fleets?: readonly CustomObject[];
  readonly entries?: readonly CustomObject[];
  readonly pools?: readonly CustomObject[];
  readonly vantagePoints?: readonly CustomObject[];
  readonly evidence?: unknown;
  readonly isKeyKnown?: boolean;
}

function sources({
  fleets,
  entries,
  pools,
  vantagePoints,
  evidence = new Map(),
  isKeyKnown = true,
}: Given): NewsSources {
  const stored = (objects: readonly CustomObject[] = [], indexes = {}) => {
    const store = new Store<CustomObject>(indexes);
    store.replaceAll([...objects], "1");
    return store;
  };
  const ownSecrets = new Store<Secret>();
  if (isKeyKnown) ownSecrets.replaceAll([keySecret(key)], "1");
  const hold = { country: "IR", because: "all fail", until: undefined, mayGo: new Set<string>() };
  return {
    caches: {
      fleets: stored(fleets),
      addresses: stored(entries, addressIndexes),
      pools: stored(pools),
      vantagePoints: stored(vantagePoints),
      ownSecrets,
    },
    looks: { holdsOn: () => [{ ...hold, why: { kind: "Outage", outage: "FailTogether" } }] },
    evidence: { log: evidence },
    operatorNamespace: "proxyfleet-system",
  };
}

describe("what the caches show", () => {
  test("is news of fleets that are there, with their links", () => {
    const entries = [entryObject({ metadata: { uid: "e1" }, status: serving })];
    const fleets = [fleetObject({ metadata })];
    const [published, ...more] = observedNews(sources({ fleets, entries }), noon);
    assert.deepEqual(more, []);
    assert.equal(published?.origin, "e1");
    assert.match(published?.link?.link ?? "", /^https:\/\/wa\.me\/proxy/);
    assert.deepEqual(observedNews(sources({ entries }), noon), []);
  });

  test("is news without links until the key is known that they follow from", () => {
    const entries = [entryObject({ metadata: { uid: "e1" }, status: serving })];
    const given = { fleets: [fleetObject({ metadata })], entries, isKeyKnown: false };
    const [published] = observedNews(sources(given), noon);
    assert.deepEqual([published?.kind, published?.link], ["Published", undefined]);
  });

  test("is none of a fleet whose slots have been the same for days", () => {
    const entries = [entryObject({ status: serving })];
    const fleets = [fleetObject({ metadata })];
    const later = plus(noon, minutes(60));
    assert.deepEqual(observedNews(sources({ fleets, entries }), later), []);
  });

  test("is none of objects that can't be read, which hold up no others", () => {
    const broken = { ...fleetObject({ name: "broken" }), spec: 7 } as never;
    const entries = [
      entryObject({ status: serving }),
      { ...entryObject({ name: "ip-x" }), spec: 1 },
    ];
    const fleets = [broken, fleetObject({ metadata })];
    const all = sources({
      fleets,
      entries,
      pools: [broken],
      vantagePoints: [broken],
    });
    assert.equal(observedNews(all, noon).length, 1);
    assert.deepEqual(observedLasting(all).lasting, []);
  });

  test("is a vantage point that is silent, where it has something to test", () => {
    const entries = [entryObject({ status: serving })];
    const fleets = [fleetObject({ metadata, spec: { audience: { countries: ["IR"] } } })];
    const working = { ...suspected.conditions[0]!, type: "Working", status: "False" };
    const status = {
      conditions: [working],
      lastResult: formatInstant(plus(noon, minutes(-50))),
    };
    const vantagePoints = [vantagePointObject({ metadata: { uid: "v" }, status })];
    const kinds = (given: Given) => observedNews(sources(given), noon).map(({ kind }) => kind);
    assert.deepEqual(kinds({ fleets, entries, vantagePoints }), [
      "Published",
      "VantagePointSilent",
    ]);
    assert.deepEqual(kinds({ vantagePoints }), []);
  });

  test("is an outage where a fleet's moves are held for one, once evidence is there to judge it", () => {
    const fleets = [fleetObject({ metadata, status: suspected }), fleetObject({ name: "other" })];
    const outage = { kind: "Outage", subject: "IR", because: "all fail" };
    assert.deepEqual(observedLasting(sources({ fleets })).lasting, [outage]);
    assert.deepEqual(observedLasting(sources({ fleets: fleets.slice(1) })).lasting, []);
    const unread = { ...sources({ fleets }), evidence: { log: undefined } };
    assert.deepEqual(observedLasting(unread), { lasting: [], known: ["PoolLow"] });
  });

  test("is the outage that fleets' own looks find", () => {
    const reachability = [{ country: "IR", verdict: "Suspected", since: formatInstant(noon) }];
    const entries = [entryObject({ status: { ...serving, reachability } })];
    const fleets = [fleetObject({ metadata, status: suspected })];
    const given = sources({ fleets, entries });
    const alert = { feed: "IODA", since: noon, seenAt: noon, message: "it sees 12%" };
    const looks = new CountryLooks({
      caches: given.caches,
      evidence: { log: new Map(), beganAt: noon },
      feeds: { alertsIn: (country) => (country === "IR" ? [alert] : []), revision: 1 },
      now: () => noon,
      clock: () => 0,
    });
    const { lasting } = observedLasting({ ...given, looks });
    assert.deepEqual(
      lasting.map(({ kind, subject }) => [kind, subject]),
      [["Outage", "IR"]],
    );
    assert.match(lasting[0]?.because ?? "", /^IODA reports an outage in IR/);
  });

  const pools: Record<string, { free: number; total: number; reserve: number; low: boolean }> = {
    "with more than its reserve": { free: 2, total: 9, reserve: 1, low: false },
    "with no more than its reserve": { free: 1, total: 9, reserve: 1, low: true },
    "with a tenth of its addresses": { free: 6, total: 64, reserve: 1, low: true },
  };
  for (const [name, { free, total, reserve, low }] of Object.entries(pools))
    test(`is ${low ? "" : "not "}that a pool is low ${name}`, () => {
      const counts = { total, free, serving: 0, draining: 0, quarantined: 0 };
      const pool = poolObject({ spec: { reserve }, status: counts });
      const { lasting } = observedLasting(sources({ pools: [pool] }));
      assert.deepEqual(
        lasting.map(({ subject }) => subject),
        low ? ["pool-a"] : [],
      );
    });
});
