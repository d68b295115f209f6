import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  type IpRange,
  contains,
  formatIp,
  mergeRanges,
  parseIp,
  parseRange,
  rangeSize,
} from "../../../src/values/ip.ts";

describe("parseRange", () => {
  const cases: Record<string, { given: string; first: string; last: string }> = {
    "a network goes from its first address to its last": {
      given: "203.0.113.64/26",
      first: "203.0.113.64",
      last: "203.0.113.127",
    },
    "bits after the prefix don't count": {
      given: "203.0.113.70/26",
      first: "203.0.113.64",
      last: "203.0.113.127",
    },
    "a range takes both its ends": {
      given: "198.51.100.7-198.51.100.20",
      first: "198.51.100.7",
      last: "198.51.100.20",
    },
    "blanks round the dash are allowed": {
      given: "198.51.100.7 - 198.51.100.20",
      first: "198.51.100.7",
      last: "198.51.100.20",
    },
    "one address is a range of one": {
      given: "203.0.113.9",
      first: "203.0.113.9",
      last: "203.0.113.9",
    },
    "an IPv6 network": { given: "2001:db8::/124", first: "2001:db8::", last: "2001:db8::f" },
  };
  for (const [name, { given, first, last }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(parseRange(given), {
        family: parseIp(first).family,
        first: parseIp(first).value,
        last: parseIp(last).value,
      }),
    );

  const refused: Record<string, { given: string; message: RegExp }> = {
    "a range that runs backwards": {
      given: "203.0.113.9-203.0.113.2",
      message: /runs backwards: write the lower address first/,
    },
    "a range of two families": { given: "203.0.113.9-2001:db8::1", message: /lower address first/ },
    "a prefix that is too long": { given: "203.0.113.0/33", message: /a prefix is 0 to 32/ },
    "a prefix that is no number": { given: "203.0.113.0/x", message: /a prefix is 0 to 32/ },
    "a name": { given: "example.org", message: /no IP address/ },
    "an address of three parts": { given: "203.0.113", message: /no IP address/ },
  };
  for (const [name, { given, message }] of Object.entries(refused))
    test(`${name} is refused`, () =>
      assert.throws(() => parseRange(given), { name: "AddressFormatError", message }));
});

const smallRange = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([first, more]): IpRange => ({
    family: 4,
    first: BigInt(first),
    last: BigInt(first + more),
  }));

describe("mergeRanges", () => {
  test("keeps families apart, and joins neighbours", () => {
    const merged = mergeRanges(
      ["2001:db8::/127", "203.0.113.2/31", "203.0.113.0/31", "203.0.113.9"].map(parseRange),
    );
    assert.deepEqual(merged, ["203.0.113.0/30", "203.0.113.9", "2001:db8::/127"].map(parseRange));
  });

  test("holds the same addresses as before, each once", () =>
    fc.assert(
      fc.property(fc.array(smallRange, { maxLength: 6 }), (ranges) => {
        const merged = mergeRanges(ranges);
        const inside = Array.from({ length: 80 }, (_, value) => ({
          family: 4 as const,
          value: BigInt(value),
        }));
        for (const ip of inside) assert.equal(contains(merged, ip), contains(ranges, ip));
        const total = merged.reduce((sum, range) => sum + rangeSize(range), 0n);
        assert.equal(Number(total), inside.filter((ip) => contains(ranges, ip)).length);
      }),
    ));
});

test("every address comes back from its text as it was", () =>
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      // An IPv6 address that only wraps an IPv4 one may be written with dots; it stays the same
      // number.
      const ip = parseIp(text);
      assert.deepEqual(parseIp(formatIp(ip)), ip);
    }),
  ));
