import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseProxyAddress, type ProxyAddress } from "../../../src/api/proxy-address.ts";
import { type AddressView, addressView } from "../../../src/ledger/view.ts";
import { belongsTo } from "../../../src/ledger/ownership.ts";

function entry(want: ProxyAddress["spec"]["want"]): AddressView {
  const until = "2026-12-23T12:00:00Z";
  const parsed = parseProxyAddress({
    apiVersion: "proxyfleet.dev/v1alpha1",
    kind: "ProxyAddress",
    metadata: { name: "ip-203-0-113-9" },
    spec: {
      pool: "pool-a",
      address: "203.0.113.9",
      claimRef: { namespace: "proxies", name: "family", uid: "first", slot: 0 },
      lane: 0,
      ports: [{ name: "chat", port: 443, targetPort: 20_000 }],
      cause: "NewSlot",
      want,
      ...(want === "Serve" ? {} : { drainUntil: until, quarantineUntil: until }),
    },
  });
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.problem);
  return addressView(parsed.value);
}

describe("whose a ledger entry is, when the fleet that claimed it exists with another uid", () => {
  test("after a restore from a backup, what serves is the fleet's again", () =>
    assert.ok(belongsTo(entry("Serve"), "second")));
  test("what drains as well", () => assert.ok(belongsTo(entry("Drain"), "second")));
  test("after deleting and applying again, what rests goes on resting, for nobody", () =>
    assert.ok(!belongsTo(entry("Quarantine"), "second")));
  test("with the uid that claimed it, all are the fleet's", () =>
    assert.ok(belongsTo(entry("Quarantine"), "first")));
  test("without a fleet, what rests is nobody's", () =>
    assert.ok(!belongsTo(entry("Quarantine"), undefined)));
});
