import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAddressPool } from "../../../src/api/address-pool.ts";
import { type AddressView, addressView } from "../../../src/ledger/view.ts";
import { type Orphan, judgeOrphan } from "../../../src/orphans/judge.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { tracesOf } from "../../../src/ledger/traces.ts";
import { entryObject, parsedEntry } from "../../objects/ledger-entry.ts";
import { serviceObject } from "../../objects/service.ts";

const { spec } = parsedEntry({ slot: 1, lane: 3 });

function service(claim: unknown = spec, name = "ip-203-0-113-9"): Service {
  return serviceObject({
    name: "family-1-abc",
    metadata: {
      labels: { "proxyfleet.dev/fleet": "family", "proxyfleet.dev/address": name },
      annotations: {
        "proxyfleet.dev/claim": typeof claim === "string" ? claim : JSON.stringify(claim),
      },
    },
  });
}

function entry(given: Record<string, unknown>, phase = "Serving"): AddressView {
  const address = "203.0.113.20";
  return addressView(parsedEntry({ address, slot: 1, spec: given, status: { phase } }));
}

const pool = (spec: Record<string, unknown>) => parseAddressPool(poolObject({ spec }));

const unreadable = ({ spec: given, ...rest }: Parameters<typeof entryObject>[0] = {}) =>
  tracesOf(entryObject({ address: "203.0.113.20", spec: { cause: "Leap", ...given }, ...rest }));

const lost: Orphan = {
  service: service(),
  given: ["203.0.113.9"],
  fleetLives: true,
  namespace: { name: "proxies", labels: {} },
  pool: pool({}),
  ledger: [],
  unreadable: [],
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
      retiredBecause: "Age",
    };
    const decision = judgeOrphan({ ...lost, service: service(draining) });
    assert.ok(decision.kind === "adopt");
    assert.deepEqual(decision.entry.spec, draining);
  });

  const until = "2099-01-01T00:00:00Z";
  const drain = { want: "Drain", drainUntil: until };
  const draining = { ...spec, ...drain, retiredBecause: "Requested" };
  const boasted: Record<string, { claim: object; believed: object }> = {
    "that it is burnt, while it serves": {
      claim: { retiredBecause: "Blocked", quarantineUntil: until, drainUntil: until },
      believed: spec,
    },
    "that it is a repeat, which would have no lane": {
      claim: { retiredBecause: "Repeat" },
      believed: spec,
    },
    "that the address before it was blocked": { claim: { cause: "Blocked" }, believed: spec },
    "that it was blocked, while it drains": {
      claim: { ...drain, retiredBecause: "Blocked", quarantineUntil: until },
      believed: draining,
    },
    "that it drains as a repeat": {
      claim: { ...drain, retiredBecause: "Repeat" },
      believed: draining,
    },
    "what it drains for without a reason": { claim: drain, believed: draining },
  };
  for (const [name, { claim, believed }] of Object.entries(boasted))
    test(`is not believed ${name}`, () => {
      const decision = judgeOrphan({ ...lost, service: service({ ...spec, ...claim }) });
      assert.ok(decision.kind === "adopt");
      assert.deepEqual(decision.entry.spec, believed);
    });

  test("is believed in what its fleet asked for", () => {
    const claim = { ...spec, cause: "Requested", requestedAt: "today", ordinal: 7 };
    const decision = judgeOrphan({ ...lost, service: service(claim) });
    assert.ok(decision.kind === "adopt");
    assert.deepEqual(decision.entry.spec, claim);
  });

  test("is adopted back where its provider chose the address", () => {
    const decision = judgeOrphan({
      ...lost,
      service: service(spec, "ip-a1b2c3d4e5f6"),
      pool: pool({ provider: "Assigned", addresses: [] }),
    });
    assert.equal(decision.kind, "adopt");
  });

  const ofClaimant = (given: object) => ({ claimRef: { ...spec.claimRef, ...given } });
  const harmless: Record<string, Partial<Orphan>> = {
    "another fleet's address serves on a lane of that number": {
      ledger: [entry({ lane: 3, ...ofClaimant({ name: "other" }) })],
    },
    "a fleet of that name in another namespace serves on a lane of that number": {
      ledger: [entry({ lane: 3, ...ofClaimant({ namespace: "other" }) })],
    },
    "an address that served on its lane is dark": {
      ledger: [entry({ lane: 3 }, "Quarantined")],
    },
    "the namespace holds as many as it may of another pool": {
      pool: pool({ perNamespace: 1 }),
      ledger: [entry({ pool: "pool-b" })],
    },
    "an entry of another fleet that can't be read has a lane of that number": {
      unreadable: [unreadable({ lane: 3, spec: ofClaimant({ name: "other" }) })],
    },
    "another namespace holds as many as it may": {
      pool: pool({ perNamespace: 1 }),
      ledger: [entry(ofClaimant({ namespace: "other" }))],
    },
  };
  for (const [name, given] of Object.entries(harmless))
    test(`is adopted back though ${name}`, () =>
      assert.equal(judgeOrphan({ ...lost, ...given }).kind, "adopt"));

  const doubted: Record<string, { given: Partial<Orphan>; because: RegExp }> = {
    "its fleet is gone": { given: { fleetLives: false }, because: /its fleet is gone/ },
    "its claim is garbled": { given: { service: service("{") }, because: /names no address/ },
    "it carries no claim": {
      given: { service: serviceObject({ metadata: { labels: service().metadata.labels ?? {} } }) },
      because: /names no address/,
    },
    "nothing says whose entry it had": {
      given: {
        service: serviceObject({ metadata: { annotations: service().metadata.annotations ?? {} } }),
      },
      because: /names no address/,
    },
    "one of its ports leads past its lane": {
      given: {
        service: service({
          ...spec,
          ports: [spec.ports[0], { name: "media", port: 587, targetPort: 9101 }],
        }),
      },
      because: /not its lane's/,
    },
    "its name is longer than that of an address that a provider chose": {
      given: {
        service: service(spec, "ip-a1b2c3d4e5f6-7"),
        pool: pool({ provider: "Assigned", addresses: [] }),
      },
      because: /name of its ledger entry is not its address's/,
    },
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
    "its claim is of an address at rest": {
      given: {
        service: service({
          ...spec,
          want: "Quarantine",
          quarantineUntil: "2099-01-01T00:00:00Z",
          retiredBecause: "Blocked",
        }),
      },
      because: /at rest, which has no Service/,
    },
    "an entry that can't be read may serve on its lane": {
      given: { unreadable: [unreadable({ lane: 3 })] },
      because: /lane 3 serves another address now/,
    },
    "an entry that can't be read holds its address, under another name": {
      given: { unreadable: [unreadable({ name: "ip-a1b2c3d4e5f6", address: "203.0.113.9" })] },
      because: /203\.0\.113\.9 was claimed again/,
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
