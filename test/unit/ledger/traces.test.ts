import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseProxyAddress } from "../../../src/api/proxy-address.ts";
import type { HeldAddress } from "../../../src/ledger/view.ts";
import { type EntryTraces, tracesOf } from "../../../src/ledger/traces.ts";
import { instant } from "../../../src/values/time.ts";
import { parseIp } from "../../../src/values/ip.ts";
import { entryObject } from "../../objects/ledger-entry.ts";

type Given = NonNullable<Parameters<typeof entryObject>[0]>;

const until = "2026-12-23T12:00:00Z";
const claimRef = { namespace: "proxies", name: "family", uid: "u1", slot: "first" };
const labels = {
  "proxyfleet.dev/fleet-namespace": "proxies",
  "proxyfleet.dev/fleet": "family",
};
const claimant = { namespace: "proxies", name: "family" };
const inUse: HeldAddress = {
  ip: parseIp("203.0.113.9"),
  pool: "pool-a",
  quarantined: false,
  until: undefined,
  burnt: false,
};
const resting = { want: "Quarantine", quarantineUntil: until };

describe("of an entry that can't be read", () => {
  const cases: Record<string, { given: Given; expect: Partial<EntryTraces> }> = {
    "what it holds counts as in use, and whose it is is known": {
      given: { slot: 1, lane: 3, spec: { cause: "Leap" } },
      expect: { claimant, pool: "pool-a", slot: 1, lane: 3, isAtRest: false, held: inUse },
    },
    "its name says what it holds, where its spec does not": {
      given: { spec: { address: 9, cause: "Leap" } },
      expect: { held: inUse },
    },
    "nothing is held where its provider chose the address, and that is unreadable": {
      given: { name: "ip-a1b2c3d4e5f6", spec: { address: 9 } },
      expect: { held: undefined },
    },
    "the rest that it takes is known": {
      given: { spec: { ...resting, cause: "Leap" } },
      expect: {
        isAtRest: true,
        held: { ...inUse, quarantined: true, until: instant(Date.parse(until)) },
      },
    },
    "an end that is no time counts as none": {
      given: { spec: { ...resting, quarantineUntil: "soon" } },
      expect: { held: { ...inUse, quarantined: true } },
    },
    "it is burnt where that was its end": {
      given: { spec: { ...resting, retiredBecause: "Blocked", cause: "Leap" } },
      expect: {
        held: { ...inUse, quarantined: true, until: instant(Date.parse(until)), burnt: true },
      },
    },
    "it is burnt where a verdict says so": {
      given: { spec: { cause: "Leap" }, status: { reachability: [{ verdict: "Blocked" }] } },
      expect: { held: { ...inUse, burnt: true } },
    },
    "its labels say whose it is, where its claim does not": {
      given: { metadata: { labels }, spec: { claimRef: "family" } },
      expect: { claimant, slot: undefined },
    },
    "a slot that is no number is unknown": {
      given: { spec: { claimRef } },
      expect: { claimant, slot: undefined },
    },
    "all is unknown where it has no spec at all": {
      given: { spec: { address: undefined, pool: 1, claimRef: undefined, lane: "0" } },
      expect: { claimant: undefined, pool: undefined, slot: undefined, lane: undefined },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const raw = entryObject(given);
      assert.equal(parseProxyAddress(raw).ok, false);
      const { held: _, ...traces } = tracesOf(raw);
      const known = "held" in expect ? tracesOf(raw) : traces;
      for (const [field, value] of Object.entries(expect))
        assert.deepEqual(known[field as keyof typeof known], value, field);
    });
});
