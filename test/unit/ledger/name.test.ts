import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressOfName, ledgerName } from "../../../src/ledger/name.ts";

describe("ledgerName", () => {
  const cases: Record<string, { given: string; expect: string }> = {
    "dots become dashes": { given: "203.0.113.9", expect: "ip-203-0-113-9" },
    "IPv6 is written out in full": {
      given: "2001:db8::9",
      expect: "ip-2001-0db8-0000-0000-0000-0000-0000-0009",
    },
    "capitals make no other name": {
      given: "2001:DB8::9",
      expect: "ip-2001-0db8-0000-0000-0000-0000-0000-0009",
    },
    "the lowest address has a name too": {
      given: "::",
      expect: "ip-0000-0000-0000-0000-0000-0000-0000-0000",
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(ledgerName(given), expect));
});

describe("the address that a name says", () => {
  const cases: Record<string, { given: string; expect: string | undefined }> = {
    "is an IPv4 address": { given: "ip-203-0-113-9", expect: "203.0.113.9" },
    "is an IPv6 address in its usual text": {
      given: "ip-2001-0db8-0000-0000-0000-0000-0000-0009",
      expect: "2001:db8::9",
    },
    "is none where a provider chose the address": { given: "ip-a1b2c3d4e5f6", expect: undefined },
    "is none where no address has that name": { given: "ip-203-0-113-09", expect: undefined },
    "is none where a number is too large": { given: "ip-203-0-113-256", expect: undefined },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(addressOfName(given), expect));
});
