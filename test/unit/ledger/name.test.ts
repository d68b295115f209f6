import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ledgerName } from "../../../src/ledger/name.ts";

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
