import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { type TypedNote, annotationText, readNote } from "../../../src/cli/block-note.ts";
import { blockReport } from "../../../src/reachability/block-report.ts";
import { instant } from "../../../src/values/time.ts";
import { entry } from "../rotation/build.ts";

const now = instant(Date.parse("2026-11-28T11:00:00.123Z"));
const typed: TypedNote = { address: "203.0.113.12", country: "IR", reason: undefined };
const plain = "203.0.113.12 IR 2026-11-28T11:00:00.123Z";

describe("the text of a report", () => {
  const cases: Record<string, { given: Partial<TypedNote>; expect: string }> = {
    "is the address, the country and the time": { given: {}, expect: plain },
    "has the country in capital letters, however it was typed": {
      given: { country: "ir" },
      expect: plain,
    },
    "has an IPv6 address in its usual form": {
      given: { address: "2001:DB8:0::9" },
      expect: "2001:db8::9 IR 2026-11-28T11:00:00.123Z",
    },
    "has the reason in one line": {
      given: { reason: " three people,\n\ttwo networks\u0007 " },
      expect: "203.0.113.12 IR three people, two networks 2026-11-28T11:00:00.123Z",
    },
    "has no reason where that is blank": { given: { reason: " \n " }, expect: plain },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(annotationText(readNote({ ...typed, ...given }), now), expect));

  const refused: Record<string, { given: Partial<TypedNote>; message: RegExp }> = {
    "without an address": { given: { address: undefined }, message: /say which address/ },
    "with a name in place of an address": {
      given: { address: "family" },
      message: /"family" is no IP address: write it as/,
    },
    "with an address and a port": {
      given: { address: "203.0.113.12:443" },
      message: /is no IP address/,
    },
    "without a country": { given: { country: undefined }, message: /such as --country IR/ },
    "with a country's name": {
      given: { country: "Iran" },
      message: /--country "Iran" is no country: write its two letters/,
    },
    "with letters that are no country's": {
      given: { country: "QQ" },
      message: /--country "QQ" is no country/,
    },
    "with a code that is not the one of ISO 3166-1": {
      given: { country: "UK" },
      message: /--country "UK" is not its code in ISO 3166-1: write GB/,
    },
    "with a long story": {
      given: { reason: "x".repeat(401) },
      message: /--reason has 401 characters: write at most 400/,
    },
  };
  for (const [name, { given, message }] of Object.entries(refused))
    test(`is refused ${name}`, () =>
      assert.throws(() => readNote({ ...typed, ...given }), { name: "ReportError", message }));

  test("is understood by the operator, whatever the reason, and never cut", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (reason) => {
        const reportBlocked = annotationText(readNote({ ...typed, reason }), now);
        const addresses = [entry("203.0.113.12")];
        const fleet = { reportBlocked, lastHandledReport: undefined, deleting: false, addresses };
        const report = blockReport(fleet);
        assert.equal(report.kind, "verdict");
        assert.equal(report.kind === "verdict" && report.country, "IR");
        assert.ok(report.kind === "verdict" && report.message.endsWith("2026-11-28T11:00:00.123Z"));
      }),
    ));
});
