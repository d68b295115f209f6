import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAddressPool } from "../../../src/api/address-pool.ts";
import { type ObservedOrphan, decideOrphan } from "../../../src/orphans/decide.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { serviceObject } from "../../objects/service.ts";
import { millis, minutes } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";

const { spec: claim } = entryObject();
const service = serviceObject({
  metadata: {
    uid: "s1",
    resourceVersion: "5",
    labels: { "proxyfleet.dev/fleet": "family", "proxyfleet.dev/address": "ip-203-0-113-9" },
    annotations: { "proxyfleet.dev/claim": JSON.stringify(claim) },
  },
});
const confirmation = { uid: "s1", isLost: true, at: noon };
const lost: ObservedOrphan = {
  service,
  given: ["203.0.113.9"],
  fleetLives: true,
  namespace: { name: "proxies", labels: {} },
  pool: parseAddressPool(poolObject()),
  ledger: [],
  unreadable: [],
  fleet: fleetObject(),
  unresolved: undefined,
  confirmation,
  absence: undefined,
};
const missing = { fleetLives: false, fleet: undefined };
const decided = (given: Partial<ObservedOrphan>) =>
  decideOrphan({ ...lost, ...given }, { now: noon, random: () => 0 });

describe("before anything becomes of a Service without a ledger entry", () => {
  const confirm = { kind: "confirm", service };
  const cases: Record<string, { given: Partial<ObservedOrphan>; asks: readonly object[] }> = {
    "its load balancer's name is resolved": {
      given: { unresolved: "lb.example.org", confirmation: undefined },
      asks: [{ kind: "resolve", hostname: "lb.example.org" }],
    },
    "the server confirms that the entry is lost": {
      given: { confirmation: undefined },
      asks: [confirm],
    },
    "the server confirms it for this very Service": {
      given: { confirmation: { ...confirmation, uid: "s0" } },
      asks: [confirm],
    },
    "the server confirms it again after half a minute": {
      given: { confirmation: { ...confirmation, at: at(-30) } },
      asks: [confirm],
    },
    "the server confirms it again when the clock jumped": {
      given: { confirmation: { ...confirmation, at: at(0.001) } },
      asks: [confirm],
    },
    "the server confirms that its fleet is missing, too": {
      given: missing,
      asks: [{ kind: "absence" }],
    },
    "its fleet may come back, as in the middle of a restore": {
      given: { ...missing, absence: { forMs: millis(299_999), at: noon } },
      asks: [],
    },
    "the server says just now that its fleet is still missing": {
      given: { ...missing, absence: { forMs: minutes(5), at: at(-30) } },
      asks: [{ kind: "absence" }],
    },
    "the server is not asked again within half a minute": {
      given: { confirmation: { uid: "s1", isLost: false, at: at(-29.999) } },
      asks: [],
    },
  };
  for (const [name, { given, asks }] of Object.entries(cases))
    test(name, () => {
      const plan = decided(given);
      assert.deepEqual([plan.asks, plan.effects], [asks, []]);
    });
});

describe("a Service without a ledger entry", () => {
  test("has its entry made again, and its fleet says so", () => {
    const { effects, explanations } = decided({});
    const message =
      "the ledger had lost 203.0.113.9: its entry was made again from Service family-0-abc";
    assert.partialDeepStrictEqual(effects, [
      {
        kind: "create",
        id: "adopt",
        object: { kind: "ProxyAddress", metadata: { name: "ip-203-0-113-9" }, spec: claim },
        fieldManager: "proxyfleet-fleet",
      },
      {
        kind: "event",
        about: lost.fleet,
        notes: [{ type: "Warning", reason: "AddressAdopted", message }],
        needs: ["adopt"],
      },
    ]);
    assert.deepEqual(explanations, [{ subject: "family-0-abc", text: message }]);
  });

  test("is adopted back only within what the pool gives a namespace, whoever takes some now", () => {
    const pool = parseAddressPool(poolObject({ spec: { perNamespace: 3 } }));
    const [write] = decided({ pool }).effects;
    assert.ok(write?.kind === "create");
    assert.deepEqual(
      write.preconditions?.map(({ of: _of, ...limit }) => limit),
      [{ kind: "atMost", index: "share", value: "pool-a proxies", count: 3 }],
    );
  });

  test("is removed, in the state that was judged, where nothing speaks for it", () => {
    const { effects } = decided({ given: [] });
    const because = "its load balancer has not set 203.0.113.9";
    assert.partialDeepStrictEqual(effects, [
      {
        kind: "delete",
        id: "remove",
        key: { namespace: "proxies", name: "family-0-abc" },
        state: { uid: "s1", resourceVersion: "5" },
      },
      {
        kind: "event",
        notes: [
          {
            type: "Warning",
            reason: "ServiceRemoved",
            message: `Service family-0-abc has no ledger entry and was removed: ${because}`,
          },
        ],
        needs: ["remove"],
      },
    ]);
  });

  test("is removed without a word where its fleet is gone", () => {
    const { effects } = decided({ ...missing, absence: { forMs: minutes(5), at: noon } });
    assert.deepEqual(
      effects.map(({ kind }) => kind),
      ["delete"],
    );
  });
});
