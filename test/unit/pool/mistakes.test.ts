import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { poolMistakes } from "../../../src/pool/mistakes.ts";
import { parsedPool } from "../../objects/address-pool.ts";

const aws = (addresses: readonly string[]) => ({
  provider: "AWS",
  addresses: [],
  named: addresses.map((address) => ({ name: `n-${address}`, address })),
});

describe("what a pool's owner can hardly have meant", () => {
  const cases: Record<
    string,
    { given: Readonly<Record<string, unknown>>; expect?: readonly [string, RegExp] }
  > = {
    "is nothing of a usual pool": {
      given: { addresses: ["203.0.113.0/26", "198.51.100.7-198.51.100.20", "192.0.2.1"] },
    },
    "is nothing of a private pool, as behind a NAT": { given: { addresses: ["10.0.0.0/28"] } },
    "is nothing of addresses right beside loopback": {
      given: { addresses: ["126.255.255.255", "128.0.0.0", "::2"] },
    },
    "is no network of one address, but that it is kept for blocks": {
      given: { addresses: ["203.0.113.5/32"] },
      expect: ["ReserveTooLarge", /spec.reserve 1/],
    },
    "is a network with bits after its prefix": {
      given: { addresses: ["192.0.2.1", "203.0.113.5/26"] },
      expect: [
        "BitsAfterPrefix",
        /^spec\.addresses\[1\] "203\.0\.113\.5\/26" has bits after its prefix, and means all of 203\.0\.113\.0\/26: write that, or 203\.0\.113\.5 if one address is meant$/,
      ],
    },
    "is an IPv6 network with bits after its prefix": {
      given: { addresses: ["2001:db8::5/120"] },
      expect: ["BitsAfterPrefix", /means all of 2001:db8::\/120/],
    },
    "is a range of loopback": {
      given: { addresses: ["127.0.0.0/28"] },
      expect: ["LocalAddresses", /"127\.0\.0\.0\/28" has loopback addresses, which nobody outside/],
    },
    "is a range that only ends in loopback": {
      given: { addresses: ["126.255.255.250-127.0.0.1"] },
      expect: ["LocalAddresses", /loopback/],
    },
    "is a link-local range": {
      given: { addresses: ["169.254.1.0/28"] },
      expect: ["LocalAddresses", /link-local/],
    },
    "is an IPv6 link-local range": {
      given: { addresses: ["fe80::/120"] },
      expect: ["LocalAddresses", /link-local/],
    },
    "is a multicast address with a name": {
      given: { ...aws(["203.0.113.9", "224.0.0.1"]) },
      expect: ["LocalAddresses", /^spec\.named\[1\]\.address "224\.0\.0\.1"/],
    },
    "is a range that lies twice in it": {
      given: { addresses: ["203.0.113.0/26", "203.0.113.0/26"] },
      expect: [
        "AddressTwice",
        /^spec\.addresses\[1\] "203\.0\.113\.0\/26" has addresses that spec\.addresses\[0\] "203\.0\.113\.0\/26" has too: write each once$/,
      ],
    },
    "is an address that a network before it has": {
      given: { addresses: ["203.0.113.0/26", "192.0.2.1", "203.0.113.63"] },
      expect: ["AddressTwice", /^spec\.addresses\[2\]/],
    },
    "is a reserve as large as the pool": {
      given: { addresses: ["203.0.113.0/28"], reserve: 16 },
      expect: [
        "ReserveTooLarge",
        /^spec\.reserve 16 keeps all of the 16 addresses for blocks, so that no slot moves/,
      ],
    },
    "is no reserve that leaves one address": {
      given: { addresses: ["203.0.113.0/28"], reserve: 15 },
    },
    "is no reserve of a pool whose provider gives what it gives": {
      given: { provider: "Assigned", addresses: [], reserve: 5 },
    },
    "is said in full where there is more than one mistake": {
      given: { addresses: ["127.0.0.1/28", "127.0.0.7"], reserve: 20 },
      expect: [
        "LocalAddresses",
        /loopback.*bits after its prefix.*write each once.*spec\.reserve 20/,
      ],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const finding = poolMistakes(parsedPool({ spec: given }).spec);
      if (expect === undefined) return assert.equal(finding, undefined);
      assert.deepEqual([finding?.status, finding?.reason], ["False", expect[0]]);
      return assert.match(finding?.message ?? "", expect[1]);
    });
});
