import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { withoutAddresses } from "../../../src/web/without-addresses.ts";

describe("words for viewers who may not read the ledger", () => {
  const cases: Record<string, readonly [given: string, expected: string]> = {
    "have no IPv4 address": ["203.0.113.9 is blocked in IR", "(address) is blocked in IR"],
    "have none with a port": ["203.0.113.9:443 is silent", "(address):443 is silent"],
    "have none at the end of a sentence": ["it is 203.0.113.9.", "it is (address)."],
    "have no network": ["in 203.0.113.0/26", "in (address)/26"],
    "have no IPv6 address": ["2001:db8::9 is blocked", "(address) is blocked"],
    "have none before a colon": ["2001:db8::9: refused", "(address): refused"],
    "have none in brackets": ["[2001:db8::9]:443 is silent", "[(address)]:443 is silent"],
    "have none that holds an IPv4 address": ["::ffff:203.0.113.9", "(address):(address)"],
    "have no name of a ledger entry": ["ip-203-0-113-9 waits", "(address) waits"],
    "have none of an IPv6 one": [
      "ip-2001-0db8-0000-0000-0000-0000-0000-0009 waits",
      "(address) waits",
    ],
    "keep times": [
      "since 2026-11-29 14:00 UTC, or 14:00:05",
      "since 2026-11-29 14:00 UTC, or 14:00:05",
    ],
    "keep versions and shares": ["3 of 4 tests, version 1.31.2", "3 of 4 tests, version 1.31.2"],
    "keep plain words": [
      "pool-a has no free address: add some",
      "pool-a has no free address: add some",
    ],
  };
  for (const [name, [given, expected]] of Object.entries(cases))
    test(name, () => assert.equal(withoutAddresses(given), expected));

  test("never have an address, whatever stands around it", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    const words = fc.constantFrom("", " ", "(", ")", ", ", ": ", " is ", ".", "!", "\n", '"');
    fc.assert(
      fc.property(words, address, words, (before, ip, after) => {
        assert.ok(!withoutAddresses(`x${before}${ip}${after} y`).includes(ip));
      }),
    );
  });
});
