import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { type AddressView, addressView } from "../../../src/ledger/view.ts";
import { belongsTo } from "../../../src/ledger/ownership.ts";
import { fleetUid } from "../../objects/fleet.ts";
import { parsedEntry } from "../../objects/ledger-entry.ts";

function entry(want: ProxyAddress["spec"]["want"]): AddressView {
  const until = "2026-12-23T12:00:00Z";
  const ends = want === "Serve" ? {} : { drainUntil: until, quarantineUntil: until };
  return addressView(parsedEntry({ spec: { want, ...ends } }));
}

describe("whose a ledger entry is, when the fleet that claimed it exists with another uid", () => {
  test("after a restore from a backup, what serves is the fleet's again", () =>
    assert.ok(belongsTo(entry("Serve"), "second")));
  test("what drains as well", () => assert.ok(belongsTo(entry("Drain"), "second")));
  test("after deleting and applying again, what rests goes on resting, for nobody", () =>
    assert.ok(!belongsTo(entry("Quarantine"), "second")));
  test("with the uid that claimed it, all are the fleet's", () =>
    assert.ok(belongsTo(entry("Quarantine"), fleetUid)));
  test("without a fleet, what rests is nobody's", () =>
    assert.ok(!belongsTo(entry("Quarantine"), undefined)));
});
