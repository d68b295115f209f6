import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Observed } from "../../../src/overview/observed.ts";
import { overviewOf } from "../../../src/overview/overview.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { poolObject } from "../../objects/address-pool.ts";
import {
  ago,
  ahead,
  deployment,
  fleet,
  healthy,
  lease,
  pod,
  resting,
  serving,
  verdict,
} from "./build.ts";

const audience = { audience: { countries: ["IR"] } };
const oneFleet = (observed: Observed) => overviewOf(observed).fleets[0]!;
const oneSlot = (observed: Observed) => oneFleet(observed).slots[0]!;

describe("how a slot is served", () => {
  const cases: Record<string, { given: Partial<Observed>; state: string; why?: RegExp }> = {
    "an address that serves, and of which nothing bad is known": { given: {}, state: "Served" },
    "one that is blocked for the fleet's people": {
      given: { fleets: [fleet(audience)], addresses: [serving({}, verdict("Blocked"))] },
      state: "CutOff",
      why: /^203\.0\.113\.9 is blocked in IR since .* \(5 timeouts from 3 vantage points\)$/,
    },
    "one that is blocked where the fleet has no people": {
      given: {
        fleets: [fleet({ audience: { countries: ["RU"] } })],
        addresses: [serving({}, verdict("Blocked"))],
      },
      state: "Served",
    },
    "one that is suspected only": {
      given: { addresses: [serving({}, verdict("Suspected"))] },
      state: "Suspected",
    },
    "a slot whose first address is being prepared": {
      given: {
        addresses: [entryObject({ metadata: { creationTimestamp: ago(0) } })],
      },
      state: "Moving",
      why: /^it has no address, and has waited for one since/,
    },
    "one whose first address has been prepared for an hour": {
      given: { addresses: [entryObject({ metadata: { creationTimestamp: ago(1) } })] },
      state: "CutOff",
      why: /^it has no address/,
    },
    "a slot without any entry": { given: { addresses: [] }, state: "CutOff", why: /no address/ },
    "an address that its load balancer took back": {
      given: { addresses: [serving({}, { fault: { kind: "AddressLost", since: ago(1) } })] },
      state: "CutOff",
      why: /has no address any more/,
    },
    "a slot of a fleet whose ledger can't be read, and whose status is empty": {
      given: { addresses: undefined },
      state: "Unknown",
    },
    "one whose status says that it is blocked for the fleet's people": {
      given: {
        addresses: undefined,
        fleets: [
          fleet(audience, {
            slots: [
              { slot: 0, address: "203.0.113.9", blockedIn: ["IR"], burnt: 1, message: "moves" },
            ],
          }),
        ],
      },
      state: "CutOff",
      why: /^203\.0\.113\.9 is blocked in IR$/,
    },
  };
  for (const [name, { given, state, why }] of Object.entries(cases))
    test(name, () => {
      const slot = oneSlot(healthy(given));
      assert.equal(slot.state, state);
      if (why === undefined) assert.equal(slot.cutOff, undefined);
      else assert.match(slot.cutOff?.what ?? "", why);
    });
});

describe("how urgent a fleet is", () => {
  const cases: Record<string, { given: Partial<Observed>; urgency: string }> = {
    "nothing is wrong": { given: {}, urgency: "Fine" },
    "no pod is ready": { given: { deployments: [deployment(0)] }, urgency: "CutOff" },
    "its spec can't be read": {
      given: { fleets: [fleet({ replicas: "two" })] },
      urgency: "CutOff",
    },
    "a condition reports trouble": {
      given: { fleets: [fleet({}, { conditions: [condition("UpstreamReachable", "False")] })] },
      urgency: "AtRisk",
    },
    "a condition reports a pool that gets low": {
      given: {
        fleets: [fleet({}, { conditions: [condition("PoolExhausted", "False", "PoolLow")] })],
      },
      urgency: "AtRisk",
    },
    "a person paused it": {
      given: {
        fleets: [
          fleet({ paused: true }, { conditions: [condition("Paused", "True", "AskedFor")] }),
        ],
      },
      urgency: "Fine",
    },
  };
  for (const [name, { given, urgency }] of Object.entries(cases))
    test(name, () => assert.equal(oneFleet(healthy(given)).urgency, urgency));

  test("fleets in trouble come first, then by name", () => {
    const of = (name: string, slot: object) =>
      fleet({}, { readyReplicas: 2, slots: [{ slot: 0, burnt: 0, message: "", ...slot }] }, name);
    const served = { address: "203.0.113.9" };
    const fleets = [of("b", served), of("a", served), of("z", {})];
    const { fleets: shown } = overviewOf(
      healthy({ fleets, addresses: undefined, deployments: undefined }),
    );
    assert.deepEqual(
      shown.map(({ name, urgency }) => `${name} ${urgency}`),
      ["z CutOff", "a Fine", "b Fine"],
    );
  });
});

describe("a fleet", () => {
  test("shows each address with its phase, its end, and what it waits for", () => {
    const refused = { kind: "Refused", since: ago(1), message: "MetalLB says no" };
    const slot = oneSlot(
      healthy({
        addresses: [
          entryObject({ address: "203.0.113.20", status: { fault: refused } }),
          serving(),
          serving(
            { address: "203.0.113.12", spec: { want: "Drain", drainUntil: ahead(3) } },
            { phase: "Draining" },
          ),
          resting("203.0.113.30", ahead(100), { retiredBecause: "Blocked" }),
        ],
      }),
    );
    const rows = slot.addresses.map(({ address, phase, refused: no, waitsFor }) =>
      [address, phase, no, waitsFor].join(" "),
    );
    assert.deepEqual(rows, [
      "203.0.113.9 Serving false ",
      "203.0.113.20 Provisioning true MetalLB says no",
      "203.0.113.12 Draining false ",
    ]);
    assert.equal(slot.addresses[2]?.until, Date.parse(ahead(3)));
    assert.deepEqual(
      slot.resting.map(({ address }) => address),
      ["203.0.113.30"],
    );
    assert.equal(slot.burnt, 1);
  });

  test("counts sessions only where the pods were asked", () => {
    assert.equal(oneSlot(healthy()).sessions, undefined);
    const sessions = new Map([["ip-203-0-113-9", 38]]);
    assert.equal(oneSlot(healthy({ sessions })).sessions, 38);
  });

  test("has the next move of its slots, with the operator's reason", () => {
    const slots = [{ slot: 0, burnt: 0, message: "served", next: { at: ahead(5), reason: "Age" } }];
    const { next } = oneFleet(healthy({ fleets: [fleet({}, { slots })] }));
    assert.deepEqual(next, { slot: 0, at: Date.parse(ahead(5)), reason: "Age" });
  });

  test("says in the kubelet's words why its pods don't start", () => {
    const waiting = { reason: "ImagePullBackOff", message: "no such image" };
    const status = {
      phase: "Pending",
      containerStatuses: [
        {
          name: "haproxy",
          image: "x",
          imageID: "",
          ready: false,
          restartCount: 0,
          state: { waiting },
        },
      ],
    };
    const { pods } = oneFleet(healthy({ deployments: [deployment(0)], pods: [pod(status)] }));
    assert.equal(pods.problem?.reason, "ImagePullFailed");
    assert.match(pods.problem?.message ?? "", /no such image/);
  });

  test("has no entries that an earlier fleet of its name let go", () => {
    const claimRef = { namespace: "proxies", name: "family", uid: "earlier", slot: 0 };
    const old = resting("203.0.113.30", ahead(100), { claimRef });
    assert.deepEqual(oneSlot(healthy({ addresses: [serving(), old] })).resting, []);
  });
});

describe("the operator", () => {
  const stateOf = (leases: Observed["leases"]) => overviewOf(healthy({ leases })).operator.state;
  test("lives while its Lease is renewed", () => assert.equal(stateOf([lease(ago(0))]), "Alive"));
  test("is silent when its Lease is old", () => assert.equal(stateOf([lease(ago(0.1))]), "Silent"));
  test("is not judged by a Lease that clocks may disagree about", () =>
    assert.equal(stateOf([lease(ago(1 / 60))]), "Alive"));
  test("is not seen without a Lease", () => assert.equal(stateOf([]), "NotSeen"));
  test("is not judged where Leases can't be read", () =>
    assert.equal(stateOf(undefined), "Unknown"));
  test("is alive where one of two installations is", () =>
    assert.equal(stateOf([lease(ago(5)), lease(ago(0))]), "Alive"));
});

describe("pools", () => {
  test("are unknown where the ledger can't be read", () =>
    assert.equal(overviewOf(healthy({ addresses: undefined })).pools, undefined));

  test("are counted from the ledger, with the time of the next return", () => {
    const pools = [poolObject({ spec: { addresses: ["203.0.113.8/30"] } })];
    const addresses = [
      serving(),
      resting("203.0.113.10", ahead(9)),
      resting("203.0.113.8", ahead(4)),
    ];
    const [pool] = overviewOf(healthy({ pools, addresses })).pools ?? [];
    assert.deepEqual([pool?.total, pool?.serving, pool?.quarantined, pool?.free], [4, 1, 2, 1]);
    assert.equal(pool?.nextFreeAt, Date.parse(ahead(4)));
  });
});

function condition(type: string, status: string, reason = "NothingReachable") {
  return { type, status, reason, lastTransitionTime: ago(1), message: "see there" };
}
