import { addressView } from "../../../src/ledger/view.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAddressPool } from "../../../src/api/address-pool.ts";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { parseProxyAddress, type ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { AddressPhase } from "../../../src/api/address-phase.ts";
import { type LivePlan, decideFleet } from "../../../src/fleet/decide.ts";
import { HeldAddresses } from "../../../src/ledger/held-addresses.ts";
import type { ObservedFleet } from "../../../src/fleet/observe.ts";
import { formatInstant, plus, seconds } from "../../../src/values/time.ts";
import { noon, pool, told } from "../rotation/build.ts";

const apiVersion = "proxyfleet.dev/v1alpha1";
const fleet = {
  apiVersion,
  kind: "WhatsAppProxy",
  metadata: {
    name: "family",
    namespace: "proxies",
    uid: "fleet-uid",
    generation: 1,
    resourceVersion: "1",
    creationTimestamp: "2026-11-23T10:00:00Z",
  },
  spec: { addresses: { count: 1, pools: [{ name: "pool-a" }] } },
};

function entry(
  ip: string,
  lane: number,
  want: ProxyAddress["spec"]["want"],
  phase: AddressPhase,
): ProxyAddress {
  const until = "2026-12-23T12:00:00Z";
  const parsed = parseProxyAddress({
    apiVersion,
    kind: "ProxyAddress",
    metadata: {
      name: `ip-${ip.replaceAll(".", "-")}`,
      uid: `uid-${lane}`,
      resourceVersion: "1",
      creationTimestamp: "2026-11-23T11:00:00Z",
    },
    spec: {
      pool: "pool-a",
      address: ip,
      claimRef: { namespace: "proxies", name: "family", uid: "fleet-uid", slot: 0 },
      lane,
      ports: [{ name: "chat", port: 443, targetPort: 20_000 + 4 * lane }],
      cause: "NewSlot",
      want,
      ...(want === "Serve" ? {} : { drainUntil: until, quarantineUntil: until }),
    },
    status: { phase, phaseSince: "2026-11-23T11:00:00Z" },
  });
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.problem);
  return parsed.value;
}

function planFor(entries: readonly ProxyAddress[], given: Partial<ObservedFleet> = {}): LivePlan {
  const observed: ObservedFleet = {
    key: { namespace: "proxies", name: "family" },
    raw: fleet,
    parsed: parseWhatsAppProxy(fleet),
    entries,
    own: entries.map((each) => addressView(each)),
    orphans: [],
    pools: [pool()],
    formerPools: [],
    poolSpecs: new Map(),
    held: HeldAddresses.of([]),
    deployment: undefined,
    secret: undefined,
    pods: [],
    podStatuses: new Map(),
    reports: [],
    isAsking: false,
    ...given,
  };
  const plan = decideFleet(observed, noon, () => 0.5);
  assert.ok(plan.kind === "live");
  return plan;
}

function lanesWith(...entries: readonly ProxyAddress[]): readonly number[] {
  return planFor(entries).openLanes.map(({ lane }) => lane);
}

describe("the lanes that are open", () => {
  const serving = entry("203.0.113.1", 0, "Serve", "Serving");
  const resting = entry("203.0.113.2", 7, "Quarantine", "Quarantined");
  const justDark = { ...resting, status: { ...resting.status, phaseSince: formatInstant(noon) } };
  const cases: Record<string, { given: readonly ProxyAddress[]; expect: readonly number[] }> = {
    "one for each address that serves, is being made, or drains": {
      given: [
        serving,
        entry("203.0.113.2", 1, "Drain", "Draining"),
        entry("203.0.113.3", 2, "Serve", "Verifying"),
      ],
      expect: [0, 1, 2],
    },
    "an address that goes dark keeps its lane until its Service is gone: pods must not refuse what still reaches them":
      {
        given: [serving, entry("203.0.113.2", 1, "Quarantine", "Draining")],
        expect: [0, 1],
      },
    "an address that has just gone dark keeps it for a moment: nodes may still lead connections to the pods":
      {
        given: [serving, justDark],
        expect: [0, 7],
      },
    "an address that is dark has none": {
      given: [serving, entry("203.0.113.2", 1, "Quarantine", "Quarantined")],
      expect: [0],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(lanesWith(...given), expect));

  test("are all in the bank, also one beyond the fleet's slots that is to close in a moment, when it is looked again", () => {
    const { bank, requeueAt } = planFor([serving, justDark]);
    assert.equal(bank, 8);
    assert.equal(requeueAt, plus(noon, seconds(5)));
  });
});

describe("limits per client are said not to be applied", () => {
  const cases: Record<
    string,
    { policy: "Cluster" | "Local"; proxyProtocol: object; limits: object; expect: "True" | "False" }
  > = {
    "where a node's address hides all clients": {
      policy: "Cluster",
      proxyProtocol: { version: "Off" },
      limits: { connectionsPerClient: 5 },
      expect: "False",
    },
    "for a limit on the rate too": {
      policy: "Cluster",
      proxyProtocol: { version: "Off" },
      limits: { connectionRatePerClient: 5 },
      expect: "False",
    },
    "but not where the cluster keeps clients' addresses": {
      policy: "Local",
      proxyProtocol: { version: "Off" },
      limits: { connectionsPerClient: 5 },
      expect: "True",
    },
    "nor where the load balancer tells them": {
      policy: "Cluster",
      proxyProtocol: { version: "V2", from: ["10.0.0.0/8"] },
      limits: { connectionsPerClient: 5 },
      expect: "True",
    },
    "nor where nobody asked for any": {
      policy: "Cluster",
      proxyProtocol: { version: "Off" },
      limits: {},
      expect: "True",
    },
  };
  for (const [name, { policy, proxyProtocol, limits, expect }] of Object.entries(cases))
    test(name, () => {
      const addresses = { ...fleet.spec.addresses, externalTrafficPolicy: policy };
      const parsedPool = parseAddressPool({
        apiVersion,
        kind: "AddressPool",
        metadata: { name: "pool-a", resourceVersion: "1" },
        spec: { provider: "MetalLB", addresses: ["203.0.113.0/28"], proxyProtocol },
      });
      assert.ok(parsedPool.ok, parsedPool.ok ? "" : parsedPool.problem);
      const given = {
        parsed: parseWhatsAppProxy({ ...fleet, spec: { addresses, limits } }),
        poolSpecs: new Map([["pool-a", parsedPool.value.spec]]),
        reports: [told()],
      };
      const condition = planFor([], given).status.conditions.find(
        ({ type }) => type === "LimitsApplied",
      );
      assert.equal(condition?.status, expect, condition?.message ?? "no condition");
    });
});
