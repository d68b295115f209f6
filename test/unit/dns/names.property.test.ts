import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { DnsEndpoint } from "../../../src/kubernetes/external-dns.ts";
import { type AddressView, isBurnt, publishedAddress } from "../../../src/ledger/view.ts";
import { isIPv4 } from "node:net";
import { at, blocked, entry } from "../rotation/build.ts";
import { applied, deleted, live, namesOf, objectName, targetsOf } from "./build.ts";

const ips = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "2001:db8::1", "2001:db8::2"] as const;

const view = fc.record({
  slot: fc.nat(2),
  want: fc.constantFrom("Serve" as const, "Drain" as const, "Quarantine" as const),
  phase: fc.constantFrom(
    "Provisioning" as const,
    "Verifying" as const,
    "Serving" as const,
    "Draining" as const,
    "Quarantined" as const,
  ),
  ordinal: fc.nat(5),
  phaseSince: fc.integer({ min: -2000, max: 0 }).map(at),
  reachability: fc.constantFrom([], [blocked()]),
});

/** One state of the ledger: each address is held at most once. */
const ledger = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...ips), view), { selector: ([ip]) => ip, maxLength: 5 })
  .map((views) => views.map(([ip, given]) => entry(ip, given)));

/** The states that a ledger goes through, each seen by one pass. */
const history = fc.array(ledger, { minLength: 1, maxLength: 6 });

/** What the server has after the passes. */
function passes(states: readonly (readonly AddressView[])[]) {
  let endpoints: readonly DnsEndpoint[] = [];
  for (const addresses of states) {
    const names = namesOf({ count: 3, addresses, endpoints });
    const written = applied(names);
    for (const endpoint of written) check(endpoint, addresses);
    const changed = new Set([...deleted(names), ...written.map(({ metadata }) => metadata.name)]);
    endpoints = [
      ...endpoints.filter(({ metadata }) => !changed.has(metadata.name)),
      ...written.map((endpoint) => live(endpoint)),
    ];
    assert.deepEqual(namesOf({ count: 3, addresses, endpoints }).effects, [], "it is settled");
  }
}

function check(endpoint: DnsEndpoint, ledgerNow: readonly AddressView[]): void {
  const sets = endpoint.spec?.endpoints ?? [];
  assert.ok(sets.length > 0 && sets.every(({ targets }) => targets.length > 0), "never empty");
  assert.deepEqual([...new Set(sets.map(({ recordTTL }) => recordTTL))], [60]);
  const types = sets.map(({ recordType }) => recordType);
  assert.equal(new Set(types).size, types.length, "one set a type");
  for (const { recordType, targets } of sets)
    for (const target of targets) assert.equal(isIPv4(target), recordType === "A");
  const slot = [0, 1, 2].find((each) => objectName(each) === endpoint.metadata.name);
  const own = ledgerNow.filter((one) => one.slot === slot);
  const listed = targetsOf(endpoint).map((ip) => own.find(({ address }) => address === ip));
  assert.ok(!listed.includes(undefined), "only addresses of this very slot");
  const burnt = listed.filter((one) => one !== undefined && isBurnt(one));
  assert.ok(burnt.length === 0 || burnt.length === listed.length, "no burnt one beside a good one");
  const published = publishedAddress(own, slot ?? -1);
  if (published !== undefined && !isBurnt(published)) assert.ok(listed.includes(published));
  const text = JSON.stringify(endpoint.spec) + endpoint.metadata.name;
  assert.doesNotMatch(text, /proxyfleet|family|proxies/, "neutral");
}

test("no history of a ledger makes a name that is empty, mixed, burnt beside good, or telling", () =>
  fc.assert(fc.property(history, passes), { numRuns: 500 }));
