import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { parseProxyAddress, type ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { AddressPhase } from "../../../src/api/address-phase.ts";
import { decideFleet } from "../../../src/controllers/fleet/decide.ts";
import type { ObservedFleet } from "../../../src/controllers/fleet/gather.ts";
import { addressView } from "../../../src/domain/fleet-view.ts";
import { noon, pool } from "../domain/build.ts";

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

function entry(ip: string, lane: number, want: ProxyAddress["spec"]["want"], phase: AddressPhase): ProxyAddress {
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

function lanesWith(...entries: readonly ProxyAddress[]): readonly number[] {
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
    held: [],
    deployment: undefined,
    secret: undefined,
    pods: [],
    podStatuses: new Map(),
  };
  const plan = decideFleet(observed, noon, () => 0.5);
  assert.ok(plan.kind === "live");
  return plan.openLanes.map(({ lane }) => lane);
}

describe("the lanes that are open", () => {
  const serving = entry("203.0.113.1", 0, "Serve", "Serving");
  const cases: Record<string, { given: readonly ProxyAddress[]; expect: readonly number[] }> = {
    "one for each address that serves, is being made, or drains": {
      given: [serving, entry("203.0.113.2", 1, "Drain", "Draining"), entry("203.0.113.3", 2, "Serve", "Verifying")],
      expect: [0, 1, 2],
    },
    "an address that goes dark keeps its lane until its Service is gone: pods must not refuse what still reaches them": {
      given: [serving, entry("203.0.113.2", 1, "Quarantine", "Draining")],
      expect: [0, 1],
    },
    "an address that is dark has none": { given: [serving, entry("203.0.113.2", 1, "Quarantine", "Quarantined")], expect: [0] },
  };
  for (const [name, { given, expect }] of Object.entries(cases)) test(name, () => assert.deepEqual(lanesWith(...given), expect));
});
