import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type BlockReport, blockReport } from "../../../src/reachability/block-report.ts";
import { blocked, dark, entry, fleet } from "../rotation/build.ts";

const report = (reportBlocked: string, given: Partial<FleetView> = {}) =>
  fleet({
    reportBlocked,
    addresses: [entry("203.0.113.9"), dark("203.0.113.7"), entry("2001:db8::7", { slot: 1 })],
    ...given,
  });

describe("a person's report of a block", () => {
  const cases: Record<string, { given: FleetView; expect: BlockReport | RegExp }> = {
    "without one there is nothing to do": { given: fleet(), expect: { kind: "none" } },
    "becomes a verdict": {
      given: report("203.0.113.9 IR monday"),
      expect: {
        kind: "verdict",
        text: "203.0.113.9 IR monday",
        entry: "ip-203-0-113-9",
        country: "IR",
        message: "monday",
      },
    },
    "needs no text": {
      given: report("203.0.113.9 IR"),
      expect: {
        kind: "verdict",
        text: "203.0.113.9 IR",
        entry: "ip-203-0-113-9",
        country: "IR",
        message: "",
      },
    },
    "finds an IPv6 address however it is written": {
      given: report("2001:0DB8:0::7 IR x"),
      expect: {
        kind: "verdict",
        text: "2001:0DB8:0::7 IR x",
        entry: "ip-2001-0db8-0000-0000-0000-0000-0000-0007",
        country: "IR",
        message: "x",
      },
    },
    "may come late, when the address is dark already": {
      given: report("203.0.113.7 IR"),
      expect: {
        kind: "verdict",
        text: "203.0.113.7 IR",
        entry: "ip-203-0-113-7",
        country: "IR",
        message: "",
      },
    },
    "is none where the annotation is blank": { given: report("  "), expect: { kind: "none" } },
    "is none of a fleet that is being deleted: all goes dark anyway": {
      given: report("203.0.113.9 IR x", { deleting: true }),
      expect: { kind: "none" },
    },
    "is read whatever blanks are around it": {
      given: report(" 203.0.113.9\t IR  on  monday "),
      expect: {
        kind: "verdict",
        text: "203.0.113.9\t IR  on  monday",
        entry: "ip-203-0-113-9",
        country: "IR",
        message: "on monday",
      },
    },
    "is cut where it is long": {
      given: report(`203.0.113.9 IR ${"x".repeat(600)}`),
      expect: {
        kind: "verdict",
        text: `203.0.113.9 IR ${"x".repeat(600)}`,
        entry: "ip-203-0-113-9",
        country: "IR",
        message: "x".repeat(512),
      },
    },
    "passes over entries that have no address yet": {
      given: report("203.0.113.9 IR", {
        addresses: [entry("203.0.113.5", { address: undefined }), entry("203.0.113.9")],
      }),
      expect: {
        kind: "verdict",
        text: "203.0.113.9 IR",
        entry: "ip-203-0-113-9",
        country: "IR",
        message: "",
      },
    },
    "becomes a verdict where the address is only suspected there, and blocked elsewhere": {
      given: report("203.0.113.9 IR", {
        addresses: [
          entry("203.0.113.9", {
            reachability: [blocked("RU"), blocked("IR", { verdict: "Suspected" })],
          }),
        ],
      }),
      expect: {
        kind: "verdict",
        text: "203.0.113.9 IR",
        entry: "ip-203-0-113-9",
        country: "IR",
        message: "",
      },
    },
    "is answered once the ledger shows it": {
      given: report("203.0.113.9 IR x", {
        addresses: [entry("203.0.113.9", { reachability: [blocked("IR")] })],
      }),
      expect: { kind: "answered", text: "203.0.113.9 IR x", address: "203.0.113.9", country: "IR" },
    },
    "that was answered is none, whatever was measured since": {
      given: report("203.0.113.9 IR x", { lastHandledReport: "203.0.113.9 IR x" }),
      expect: { kind: "none" },
    },
    "with another text is a new one": {
      given: report("203.0.113.9 IR y", { lastHandledReport: "203.0.113.9 IR x" }),
      expect: {
        kind: "verdict",
        text: "203.0.113.9 IR y",
        entry: "ip-203-0-113-9",
        country: "IR",
        message: "y",
      },
    },
    "of an address that is not the fleet's is refused": {
      given: report("198.51.100.1 IR x"),
      expect:
        /names 198\.51\.100\.1, which is none of this fleet's addresses: see status\.addresses/,
    },
    "without an address is refused": {
      given: report("everything is blocked"),
      expect: /has no address in front: write "<address> <country>/,
    },
    "with a country of three letters is refused": {
      given: report("203.0.113.9 IRN"),
      expect: /names the country "IRN"/,
    },
    "with a country of one letter is refused": {
      given: report("203.0.113.9 I"),
      expect: /names the country "I"/,
    },
    "with a country of small letters is refused": {
      given: report("203.0.113.9 xIR"),
      expect: /names the country "xIR".* such as "203\.0\.113\.9 IR again"/,
    },
    "without a country is refused": {
      given: report("203.0.113.9 Iran"),
      expect: /names the country "Iran": write two capital letters/,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const found = blockReport(given);
      if (!(expect instanceof RegExp)) return assert.deepEqual(found, expect);
      assert.equal(found.kind, "refused");
      assert.match(found.kind === "refused" ? found.why : "", expect);
    });
});
