import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  type IpRange,
  canonicalIp,
  contains,
  countAddresses,
  formatIp,
  mergeRanges,
  parseIp,
  parseRange,
  prefixOf,
  rangeSize,
  subtractRanges,
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
    "a network may be everything": {
      given: "203.0.113.9/0",
      first: "0.0.0.0",
      last: "255.255.255.255",
    },
    "a network may be one address": {
      given: "203.0.113.9/32",
      first: "203.0.113.9",
      last: "203.0.113.9",
    },
    "a range may be one address": {
      given: "203.0.113.9-203.0.113.9",
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
    "a prefix that is too long for IPv6": {
      given: "2001:db8::/129",
      message: /a prefix is 0 to 128/,
    },
    "a prefix with more behind it": { given: "203.0.113.0/8x", message: /a prefix is 0 to 32/ },
    "a prefix with a sign": { given: "203.0.113.0/+8", message: /a prefix is 0 to 32/ },
    "a prefix of many digits": { given: "203.0.113.0/0008", message: /a prefix is 0 to 32/ },
    "an empty prefix": { given: "203.0.113.0/", message: /a prefix is 0 to 32/ },
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

describe("subtractRanges", () => {
  const cases: Record<
    string,
    { from: readonly string[]; take: readonly string[]; leaves: readonly string[] }
  > = {
    "leaves all where nothing is taken": {
      from: ["203.0.113.0/30"],
      take: [],
      leaves: ["203.0.113.0/30"],
    },
    "leaves nothing where all is taken": {
      from: ["203.0.113.9"],
      take: ["203.0.113.0/24"],
      leaves: [],
    },
    "leaves both sides of what is taken from the middle": {
      from: ["203.0.113.0-203.0.113.9"],
      take: ["203.0.113.4-203.0.113.5"],
      leaves: ["203.0.113.0-203.0.113.3", "203.0.113.6-203.0.113.9"],
    },
    "takes the first and the last address": {
      from: ["203.0.113.0-203.0.113.9"],
      take: ["203.0.112.250-203.0.113.0", "203.0.113.9-203.0.113.20"],
      leaves: ["203.0.113.1-203.0.113.8"],
    },
    "takes what lies in several ranges from each": {
      from: ["203.0.113.0-203.0.113.3", "203.0.113.8-203.0.113.9"],
      take: ["203.0.113.3-203.0.113.8"],
      leaves: ["203.0.113.0-203.0.113.2", "203.0.113.9"],
    },
    "takes nothing of the other family": {
      from: ["0.0.0.0-0.0.0.9", "::5-::9"],
      take: ["::-::7"],
      leaves: ["0.0.0.0-0.0.0.9", "::8-::9"],
    },
    "puts what is left in order, each address once": {
      from: ["203.0.113.8", "203.0.113.0-203.0.113.3", "203.0.113.2-203.0.113.5"],
      take: ["203.0.113.1"],
      leaves: ["203.0.113.0", "203.0.113.2-203.0.113.5", "203.0.113.8"],
    },
  };
  for (const [name, { from, take, leaves }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        subtractRanges(from.map(parseRange), take.map(parseRange)),
        leaves.map(parseRange),
      ),
    );
});

describe("prefixOf", () => {
  const cases: Record<string, { given: string; length: number; expect: string }> = {
    "is the network around an address": {
      given: "203.0.113.77",
      length: 26,
      expect: "203.0.113.64/26",
    },
    "is the address itself at full length": {
      given: "203.0.113.77",
      length: 32,
      expect: "203.0.113.77",
    },
    "is no less than the address itself": {
      given: "203.0.113.77",
      length: 128,
      expect: "203.0.113.77",
    },
    "is a network of IPv6": { given: "2001:db8:1:2::7", length: 48, expect: "2001:db8:1::/48" },
  };
  for (const [name, { given, length, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(prefixOf(parseIp(given), length), parseRange(expect)));
});

test("ranges have as many addresses as all of them together", () =>
  assert.deepEqual(
    [countAddresses([]), countAddresses(["203.0.113.0/30", "2001:db8::/126"].map(parseRange))],
    [0n, 8n],
  ));

test("a range contains its ends, and nothing of the other family", () => {
  const ranges = [parseRange("0.0.0.5-0.0.0.9")];
  const inside = ["0.0.0.4", "0.0.0.5", "0.0.0.9", "0.0.0.10", "::7"].map((text) =>
    contains(ranges, parseIp(text)),
  );
  assert.deepEqual(inside, [false, true, true, false, false]);
});

test("an address has one text, and what is none has none", () =>
  assert.deepEqual(["2001:0DB8:0::7", "203.0.113.9", "family.example.org"].map(canonicalIp), [
    "2001:db8::7",
    "203.0.113.9",
    undefined,
  ]));
