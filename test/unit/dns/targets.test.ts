import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Candidates, nameTargets } from "../../../src/dns/targets.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import { at, blocked, dark, draining, entry, noon } from "../rotation/build.ts";

const [oldIp, freshIp, sixIp] = ["203.0.113.9", "203.0.113.7", "2001:db8::9"];
const fresh = entry(freshIp, { ordinal: 2 });
const old = draining(oldIp, { ordinal: 1 });
const burnt = { reachability: [blocked()] };

describe("a slot's name leads to", () => {
  const cases: Record<
    string,
    { of: readonly AddressView[]; given?: Partial<Candidates>; expect: readonly string[] }
  > = {
    "nothing before the slot's first address": { of: [], expect: [] },
    "nothing while its first address is in the making": {
      of: [entry(freshIp, { phase: "Verifying" })],
      expect: [],
    },
    "the published address": { of: [fresh], expect: [freshIp] },
    "both addresses of a move until resolvers give the new one": {
      of: [fresh, old],
      given: { listed: [oldIp] },
      expect: [freshIp, oldIp],
    },
    "both, though the old one is not being drained yet": {
      of: [fresh, entry(oldIp, { ordinal: 1 })],
      given: { listed: [oldIp] },
      expect: [freshIp, oldIp],
    },
    "the new one alone once resolvers give it, long before the old one goes dark": {
      of: [fresh, old],
      given: { listed: [oldIp, freshIp], isLive: true },
      expect: [freshIp],
    },
    "the new one alone ten minutes later in any case": {
      of: [fresh, { ...old, phaseSince: at(-600) }],
      given: { listed: [oldIp, freshIp] },
      expect: [freshIp],
    },
    "never again to the old one, once that has left": {
      of: [fresh, old],
      given: { listed: [freshIp] },
      expect: [freshIp],
    },
    "the new one at once where the old one is blocked": {
      of: [fresh, { ...old, ...burnt }],
      given: { listed: [oldIp] },
      expect: [freshIp],
    },
    "the new one at once where the old one was replaced because of a block": {
      of: [fresh, { ...old, retiredBecause: "Blocked" }],
      given: { listed: [oldIp] },
      expect: [freshIp],
    },
    "a blocked address that has no successor: an answer expires sooner than a missing name": {
      of: [{ ...fresh, ...burnt }],
      given: { listed: [freshIp] },
      expect: [freshIp],
    },
    "the address before, where the published one is blocked and that one serves on unblocked": {
      of: [{ ...fresh, ...burnt }, old],
      given: { listed: [freshIp] },
      expect: [oldIp],
    },
    "the published one where both are blocked": {
      of: [
        { ...fresh, ...burnt },
        { ...old, ...burnt },
      ],
      given: { listed: [oldIp, freshIp] },
      expect: [freshIp],
    },
    "the published one though it is blocked elsewhere than for its audience": {
      of: [{ ...fresh, reachability: [blocked("CN")] }, old],
      given: { audience: ["IR"], listed: [freshIp] },
      expect: [freshIp],
    },
    "the address before, where the load balancer has lost the published one": {
      of: [{ ...fresh, lost: { since: at(-60), balancerHas: "none" } }, old],
      given: { listed: [freshIp] },
      expect: [oldIp],
    },
    "the newest that drains where none is published": {
      of: [draining("203.0.113.3", { ordinal: 0 }), old],
      given: { listed: [freshIp] },
      expect: [oldIp],
    },
    "what it did, where nothing serves any more": {
      of: [dark(oldIp)],
      given: { listed: [oldIp] },
      expect: [oldIp],
    },
    "what of that is not blocked": {
      of: [dark(oldIp), dark(freshIp, burnt)],
      given: { listed: [oldIp, freshIp] },
      expect: [oldIp],
    },
    "nothing once the ledger has forgotten it: it may be another group's": {
      of: [],
      given: { listed: [oldIp] },
      expect: [],
    },
    "both families while it moves from one to the other": {
      of: [entry(sixIp, { ordinal: 2 }), old],
      given: { listed: [oldIp] },
      expect: [sixIp, oldIp],
    },
  };
  for (const [name, { of: addresses, given, expect }] of Object.entries(cases))
    test(name, () => {
      const usual = { slot: 0, audience: [], listed: [], isLive: false, now: noon };
      assert.deepEqual(nameTargets({ ...usual, addresses, ...given }), expect.toSorted());
    });
});
