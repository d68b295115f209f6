import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAddressPool } from "../../../src/api/address-pool.ts";
import { parseProxyAddress } from "../../../src/api/proxy-address.ts";
import { type AddressView, addressView } from "../../../src/ledger/view.ts";
import { type Orphan, judgeOrphan } from "../../../src/orphans/judge.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";

const apiVersion = "proxyfleet.dev/v1alpha1";
const spec = {
  pool: "pool-a",
  address: "203.0.113.9",
  claimRef: { namespace: "proxies", name: "family", uid: "u1", slot: 1 },
  lane: 3,
  ports: [{ name: "chat", port: 443, targetPort: 20_012 }],
  cause: "NewSlot",
  want: "Serve",
};

function service(claim: unknown = spec, name = "ip-203-0-113-9"): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "family-1-abc",
      namespace: "proxies",
      labels: { "proxyfleet.dev/fleet": "family", "proxyfleet.dev/address": name },
      annotations: {
        "proxyfleet.dev/claim": typeof claim === "string" ? claim : JSON.stringify(claim),
      },
    },
    spec: {},
  };
}

function entry(given: object, phase = "Serving"): AddressView {
  const parsed = parseProxyAddress({
    apiVersion,
    kind: "ProxyAddress",
    metadata: { name: "ip-203-0-113-20" },
    spec: {
      ...spec,
      address: "203.0.113.20",
      lane: 0,
      ports: [{ name: "chat", port: 443, targetPort: 20_000 }],
      ...given,
    },
    status: { phase },
  });
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.problem);
  return addressView(parsed.value);
}

const pool = (given: object) =>
  parseAddressPool({
    apiVersion,
    kind: "AddressPool",
    metadata: { name: "pool-a" },
    spec: { provider: "MetalLB", addresses: ["203.0.113.0/26"], ...given },
  });

const lost: Orphan = {
  service: service(),
  given: ["203.0.113.9"],
  fleetLives: true,
  namespace: { name: "proxies", labels: {} },
  pool: pool({}),
  ledger: [],
};

describe("a Service whose ledger entry is lost", () => {
  test("is adopted back as it was", () => {
    const decision = judgeOrphan(lost);
    assert.ok(decision.kind === "adopt");
    assert.equal(decision.entry.metadata.name, "ip-203-0-113-9");
    assert.deepEqual(decision.entry.spec, spec);
  });

  test("is adopted back in the middle of its drain, and drains on", () => {
    const draining = {
      ...spec,
      want: "Drain",
      drainUntil: "2026-11-23T12:00:00Z",
      retiredBecause: "Blocked",
    };
    const decision = judgeOrphan({ ...lost, service: service(draining) });
    assert.ok(decision.kind === "adopt");
    assert.deepEqual(decision.entry.spec, draining);
  });

  test("is adopted back where its provider chose the address", () => {
    const decision = judgeOrphan({
      ...lost,
      service: service(spec, "ip-a1b2c3d4e5f6"),
      pool: pool({ provider: "Assigned", addresses: [] }),
    });
    assert.equal(decision.kind, "adopt");
  });

  const doubted: Record<string, { given: Partial<Orphan>; because: RegExp }> = {
    "its fleet is gone": { given: { fleetLives: false }, because: /its fleet is gone/ },
    "its claim is garbled": { given: { service: service("{") }, because: /names no address/ },
    "its claim never had an address": {
      given: { service: service({ ...spec, address: undefined }) },
      because: /names no address/,
    },
    "its claim is for a fleet of another namespace": {
      given: { service: service({ ...spec, claimRef: { ...spec.claimRef, namespace: "other" } }) },
      because: /another fleet's/,
    },
    "its claim is for another fleet": {
      given: { service: service({ ...spec, claimRef: { ...spec.claimRef, name: "other" } }) },
      because: /another fleet's/,
    },
    "its ports lead past its lane": {
      given: {
        service: service({ ...spec, ports: [{ name: "chat", port: 443, targetPort: 9101 }] }),
      },
      because: /not its lane's/,
    },
    "its load balancer has not set the address": {
      given: { given: ["203.0.113.10"] },
      because: /has not set 203\.0\.113\.9/,
    },
    "the address was claimed again meanwhile": {
      given: { ledger: [entry({ address: spec.address })] },
      because: /was claimed again/,
    },
    "its lane serves another address meanwhile": {
      given: { ledger: [entry({ lane: 3 })] },
      because: /its lane 3 serves another address now/,
    },
    "its pool is gone": { given: { pool: undefined }, because: /pool pool-a does not exist/ },
    "its pool is closed to the namespace": {
      given: { pool: pool({ namespaceSelector: { matchLabels: { team: "other" } } }) },
      because: /not for namespace proxies/,
    },
    "its pool does not hold the address": {
      given: { pool: pool({ addresses: ["198.51.100.0/26"] }) },
      because: /does not hold 203\.0\.113\.9/,
    },
    "the namespace holds as many as it may": {
      given: { pool: pool({ perNamespace: 1 }), ledger: [entry({})] },
      because: /at most 1 addresses/,
    },
    "its name would take another address in the ledger": {
      given: { service: service(spec, "ip-203-0-113-10") },
      because: /name of its ledger entry is not its address's/,
    },
    "its name would take an address in the ledger, and its provider chose another": {
      given: {
        service: service(spec, "ip-203-0-113-10"),
        pool: pool({ provider: "Assigned", addresses: [] }),
      },
      because: /name of its ledger entry is not its address's/,
    },
  };
  for (const [name, { given, because }] of Object.entries(doubted))
    test(`is deleted where ${name}`, () => {
      const decision = judgeOrphan({ ...lost, ...given });
      assert.ok(decision.kind === "delete", JSON.stringify(decision));
      assert.match(decision.because, because);
    });
});
