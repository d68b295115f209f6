import { addressView } from "../../../src/ledger/view.ts";
import { claimManifest, retiredManifest } from "../../../src/rotation/manifests.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ProxyAddress, parseProxyAddress } from "../../../src/api/proxy-address.ts";
import type { Claim } from "../../../src/rotation/claim.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { at, noon } from "../rotation/build.ts";
import { specOf } from "../proxy/sample.ts";

const claim: Claim = {
  slot: 1,
  pool: "pool-a",
  name: "ip-203-0-113-9",
  address: "203.0.113.9",
  lane: 3,
  ordinal: 3,
  cause: "Requested",
  requestedAt: "now",
  because: "asked by hand (now)",
};
const claimant = { namespace: "proxies", name: "family", uid: "u1" };
const entry = (): ProxyAddress => {
  const { metadata, ...rest } = claimManifest(claimant, specOf().listeners, claim);
  const live = liveMeta("e1", { resourceVersion: "77" });
  return { ...rest, kind: "ProxyAddress", metadata: { ...metadata, ...live }, status: {} };
};

describe("a claim", () => {
  test("is a ledger entry that the CRD takes", () => {
    const parsed = parseProxyAddress(
      claimManifest(claimant, specOf({ listeners: { plainChat: {} } }).listeners, claim),
    );
    assert.ok(parsed.ok, parsed.ok ? "" : parsed.problem);
    assert.deepEqual(parsed.value.spec.ports, [
      { name: "chat", port: 443, targetPort: 20_012 },
      { name: "media", port: 587, targetPort: 20_013 },
      { name: "plainChat", port: 5222, targetPort: 20_014 },
    ]);
  });

  test("can be found by fleet and slot", () =>
    assert.deepEqual(claimManifest(claimant, specOf().listeners, claim).metadata.labels, {
      "app.kubernetes.io/managed-by": "proxyfleet",
      "proxyfleet.dev/fleet-namespace": "proxies",
      "proxyfleet.dev/fleet": "family",
      "proxyfleet.dev/slot": "1",
    }));

  test("leaves the request out where there is none", () =>
    assert.ok(
      !(
        "requestedAt" in
        claimManifest(claimant, specOf().listeners, { ...claim, requestedAt: undefined }).spec
      ),
    ));

  test("is read back as it was made", () => {
    const { because: _because, ...asked } = claim;
    assert.partialDeepStrictEqual(addressView(entry()), {
      ...asked,
      want: "Serve",
      phase: "Provisioning",
    });
  });
});

describe("an entry's next state", () => {
  test("touches only the version that was looked at, and keeps all other fields", () => {
    const drained = retiredManifest(entry(), {
      kind: "drain",
      name: claim.name,
      because: "Requested",
      until: at(600),
    });
    assert.partialDeepStrictEqual(drained.metadata, { uid: "e1", resourceVersion: "77" });
    assert.deepEqual(drained.spec, {
      ...entry().spec,
      want: "Drain",
      drainUntil: "2026-11-23T12:10:00Z",
      retiredBecause: "Requested",
    });
  });

  test("in quarantine remembers when its drain was to end: it was published once", () => {
    const draining = {
      ...entry(),
      spec: { ...entry().spec, want: "Drain", drainUntil: "2026-11-23T11:30:00Z" },
    } as ProxyAddress;
    const dark = retiredManifest(draining, {
      kind: "quarantine",
      name: claim.name,
      because: "Blocked",
      until: noon,
    });
    assert.partialDeepStrictEqual(dark.spec, {
      want: "Quarantine",
      drainUntil: "2026-11-23T11:30:00Z",
      quarantineUntil: "2026-11-23T12:00:00Z",
      retiredBecause: "Blocked",
    });
    assert.ok(parseProxyAddress({ ...dark, metadata: { name: claim.name } }).ok);
  });
});
