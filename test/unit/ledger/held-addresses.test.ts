import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { HeldAddresses } from "../../../src/ledger/held-addresses.ts";
import { contains, formatIp, parseRange } from "../../../src/values/ip.ts";
import type { HeldAddress } from "../../../src/ledger/view.ts";
import { held } from "../rotation/build.ts";

const ips = [
  "203.0.113.0",
  "203.0.113.9",
  "203.0.114.1",
  "198.51.100.7",
  "2001:db8::1",
  "2001:db8:1::1",
];
const someHeld = fc
  .record({ ip: fc.constantFrom(...ips), quarantined: fc.boolean(), burnt: fc.boolean() })
  .map(({ ip, ...given }) => held([ip], given)[0]!);
const ranges = ["203.0.113.0/24", "198.51.100.0-198.51.100.7", "2001:db8::/48"].map(parseRange);

/** What is said of some addresses, by looking at each of them. */
function plainly(list: readonly HeldAddress[]) {
  const texts = list.filter(({ ip }) => contains(ranges, ip)).map(({ ip }) => formatIp(ip));
  const networks = list
    .filter(({ quarantined }) => !quarantined)
    .map(({ ip }) => formatIp(ip).replace(/\.\d+$|::1$/, ""));
  return {
    inside: texts.toSorted(),
    count: new Set(texts).size,
    networks: new Set(networks).size,
    burnt: list.some(({ burnt }) => burnt),
  };
}

function indexed(index: HeldAddresses): ReturnType<typeof plainly> {
  const inside = index.inside(ranges).map(({ ip }) => formatIp(ip));
  const burnt = index.nearBurnt({ ipv4: 24, ipv6: 48 }).length > 0;
  return {
    inside: inside.toSorted(),
    count: index.countInside(ranges),
    networks: index.networksInUse().length,
    burnt,
  };
}

describe("what the ledger holds", () => {
  test("is told as if each address were looked at, whatever came and went", () =>
    fc.assert(
      fc.property(fc.array(someHeld), fc.array(someHeld), fc.nat(), (first, later, seed) => {
        const index = HeldAddresses.of(first);
        for (const each of later) index.add(each);
        const all = [...first, ...later];
        const left = all.filter((_, place) => (seed >> (place % 16)) % 2 === 0);
        for (const each of all) if (!left.includes(each)) index.remove(each);
        for (const like of held(ips)) index.remove(like);
        assert.deepEqual(indexed(index), plainly(left));
        assert.deepEqual(indexed(index.copy()), plainly(left));
        for (const { ip } of held(ips))
          assert.equal(
            index.has(ip),
            left.some((one) => formatIp(one.ip) === formatIp(ip)),
          );
      }),
    ));

  test("is not changed by what happens to a copy", () => {
    const index = HeldAddresses.of(held(["203.0.113.0", "198.51.100.7"]));
    const before = indexed(index);
    const copy = index.copy();
    for (const each of held(["203.0.113.9", "203.0.113.0"], { burnt: true })) copy.add(each);
    for (const each of index) copy.remove(each);
    assert.deepEqual(indexed(index), before);
  });

  test("is in order, whatever order it came in, IPv4 first", () => {
    const index = HeldAddresses.of(held(["2001:db8::1", "203.0.113.9", "198.51.100.7", "::1"]));
    assert.deepEqual(
      [...index].map(({ ip }) => formatIp(ip)),
      ["198.51.100.7", "203.0.113.9", "::1", "2001:db8::1"],
    );
  });

  test("says what of some ranges is taken", () => {
    const index = HeldAddresses.of(held(["203.0.113.9", "203.0.113.0", "192.0.2.1"]));
    assert.deepEqual(index.takenOf(ranges), ["203.0.113.0", "203.0.113.9"].map(parseRange));
  });

  test("says which networks are in use, until the last address of one is gone", () => {
    const both = held(["203.0.113.0", "203.0.113.9"]);
    const index = HeldAddresses.of([...both, ...held(["2001:db8:1:2::1"])]);
    const used = () => index.networksInUse().toSorted((a, b) => a.family - b.family);
    assert.deepEqual(used(), ["203.0.113.0/24", "2001:db8:1::/48"].map(parseRange));
    index.remove(both[0]!);
    assert.deepEqual(used(), ["203.0.113.0/24", "2001:db8:1::/48"].map(parseRange));
    index.remove(both[1]!);
    assert.deepEqual(used(), [parseRange("2001:db8:1::/48")]);
  });

  test("keeps its count of a network when a copy loses the address there", () => {
    const both = held(["203.0.113.0", "203.0.113.9"]);
    const index = HeldAddresses.of(both);
    index.copy().remove(both[0]!);
    index.remove(both[1]!);
    assert.deepEqual(index.networksInUse(), [parseRange("203.0.113.0/24")]);
  });

  test("counts an address once while it is held twice, and still once afterwards", () => {
    const twice = held(["203.0.113.9", "203.0.113.9", "203.0.113.10"]);
    const index = HeldAddresses.of(twice);
    assert.equal(index.countInside(ranges), 2);
    index.remove(twice[0]!);
    assert.equal(index.countInside(ranges), 2);
  });

  test("keeps away from the whole network of a blocked address, as far as it is asked", () => {
    const index = HeldAddresses.of(held(["203.0.113.9"], { burnt: true }));
    assert.deepEqual(index.nearBurnt({ ipv4: 24, ipv6: 48 }), [parseRange("203.0.113.0/24")]);
    assert.deepEqual(index.nearBurnt({ ipv4: 32, ipv6: 128 }), [parseRange("203.0.113.9")]);
  });
});
