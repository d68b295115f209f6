import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Claim, type Shortage, allocationsOf, claimFor } from "../../../src/rotation/claim.ts";
import type { MoveDecision } from "../../../src/rotation/slot-decision.ts";
import type { ClaimCause } from "../../../src/api/proxy-address.ts";
import { at, dark, draining, entry, fleet, held, noon, pool } from "./build.ts";

const bank = 8;
const move = (cause: ClaimCause): MoveDecision => ({
  kind: "move",
  cause,
  requestedAt: undefined,
  because: "asked by hand",
});
const claim = (given: FleetView, cause: ClaimCause = "Requested", slot = 0): Claim | Shortage =>
  claimFor(slot, move(cause), {
    fleet: given,
    allocated: allocationsOf(given, noon),
    bank,
    random: () => 0,
  });

const repeat = (n: number) =>
  entry("192.0.2.1", {
    name: `ip-repeat-${n}`,
    address: undefined,
    repeat: true,
    phase: "Provisioning",
    createdAt: at(-60),
  });

describe("claimFor", () => {
  const two = [
    pool({ name: "pool-a", ranges: ["203.0.113.0/31"] }),
    pool({ name: "pool-b", ranges: ["198.51.100.0/31"] }),
  ];
  const cases: Record<
    string,
    { given: FleetView; cause?: ClaimCause; slot?: number; expect: Partial<Claim & Shortage> }
  > = {
    "slot 0 takes from the first pool": {
      given: fleet({ pools: two }),
      expect: { pool: "pool-a", address: "203.0.113.0", name: "ip-203-0-113-0" },
    },
    "slot 1 takes from the second pool": {
      given: fleet({ pools: two }),
      slot: 1,
      expect: { pool: "pool-b" },
    },
    "slot 2 takes from the first pool again": {
      given: fleet({ pools: two }),
      slot: 2,
      expect: { pool: "pool-a" },
    },
    "a lane to which an earlier fleet's address is still led is nobody else's": {
      given: fleet({ former: [entry("203.0.113.9", { want: "Quarantine" })] }),
      expect: { lane: 1 },
    },
    "the greatest number that an address can have is not gone beyond": {
      given: fleet({ addresses: [entry("203.0.113.9", { ordinal: 2 ** 31 - 1 })] }),
      expect: { ordinal: 2 ** 31 - 1 },
    },
    "a lane that is closed early is nobody else's while its address is still led there": {
      given: fleet({
        addresses: [
          draining("203.0.113.9", {
            want: "Quarantine",
            leaving: { since: at(-90), heldBy: ["example.org/audit"] },
          }),
        ],
      }),
      expect: { lane: 1 },
    },
    "lanes that held Services keep are named where none is left": {
      given: fleet({
        addresses: Array.from({ length: bank }, (_, lane) =>
          draining(`203.0.113.${lane + 1}`, {
            lane,
            ...(lane > 0 ? {} : { leaving: { since: at(-90), heldBy: ["example.org/audit"] } }),
          }),
        ),
      }),
      expect: {
        message:
          "slot 0 should move and can't: all 8 lanes are in use. It moves when a drain ends, or when the Services of 203.0.113.1 are let go: see kubectl describe wapa",
      },
    },
    "an empty pool is passed over": {
      given: fleet({ pools: two, held: held(["203.0.113.0", "203.0.113.1"]) }),
      expect: { pool: "pool-b" },
    },
    "a refused pool is passed over": {
      given: fleet({ pools: [pool({ refusal: "not for you" }), two[1]!] }),
      expect: { pool: "pool-b" },
    },
    "the reserve is not for a request": {
      given: fleet({ pools: [pool({ ranges: ["203.0.113.0/31"], reserve: 2 })] }),
      expect: {
        message:
          "slot 0 should move and can't: pool pool-a keeps its last 2 for blocks (0 of 2 in quarantine, 0 in use, spec.reserve is 2). Add addresses to a pool, wait, shorten the pool's spec.quarantine, or lower spec.addresses.count",
      },
    },
    "the reserve is not for age": {
      given: fleet({ pools: [pool({ ranges: ["203.0.113.0/31"], reserve: 2 })] }),
      cause: "Age",
      expect: { slot: 0 },
    },
    "a block takes the reserve": {
      given: fleet({ pools: [pool({ ranges: ["203.0.113.0/31"], reserve: 2 })] }),
      cause: "Blocked",
      expect: { pool: "pool-a" },
    },
    "a slot without an address takes the reserve": {
      given: fleet({ pools: [pool({ ranges: ["203.0.113.0/31"], reserve: 2 })] }),
      cause: "NewSlot",
      expect: { pool: "pool-a" },
    },
    "what another fleet holds is not taken": {
      given: fleet({ pools: [two[0]!], held: held(["203.0.113.0"]) }),
      expect: { address: "203.0.113.1" },
    },
    "the lowest lane that nobody uses is taken": {
      given: fleet({
        addresses: [entry("203.0.113.9", { lane: 0 }), draining("203.0.113.8", { lane: 2 })],
      }),
      expect: { lane: 1 },
    },
    "the lane of an address that has just gone dark is taken last: it is still open": {
      given: fleet({ addresses: [dark("203.0.113.9", { lane: 0, phaseSince: at(-4) })] }),
      expect: { lane: 1 },
    },
    "the lane of an address that has just gone dark is taken where there is no other": {
      given: fleet({
        addresses: Array.from({ length: bank }, (_, lane) =>
          (lane === 3 ? dark : draining)(`203.0.113.${lane}`, { lane, phaseSince: at(-4) }),
        ),
      }),
      expect: { lane: 3 },
    },
    "the lane of a dark address is free": {
      given: fleet({ addresses: [dark("203.0.113.9", { lane: 0 })] }),
      expect: { lane: 0 },
    },
    "the lane of an address that is to go dark, and is not yet, is not free": {
      given: fleet({ addresses: [entry("203.0.113.9", { lane: 0, want: "Quarantine" })] }),
      expect: { lane: 1 },
    },
    "all lanes in use is reported": {
      given: fleet({
        addresses: Array.from({ length: bank }, (_, lane) =>
          draining(`203.0.113.${lane + 1}`, { lane }),
        ),
      }),
      expect: {
        message: "slot 0 should move and can't: all 8 lanes are in use. It moves when a drain ends",
      },
    },
    "an empty pool is reported, with what to do": {
      given: fleet({ pools: [pool({ ranges: ["203.0.113.9"] })], held: held(["203.0.113.9"]) }),
      expect: {
        message:
          "slot 0 should move and can't: pool pool-a has no free address (0 of 1 in quarantine, 1 in use). Add addresses to a pool, wait, shorten the pool's spec.quarantine, or lower spec.addresses.count",
      },
    },
    "an empty pool says when an address comes free": {
      given: fleet({
        pools: [pool({ ranges: ["203.0.113.8/30"] })],
        held: [
          ...held(["203.0.113.8"]),
          ...held(["203.0.113.9"], { quarantined: true, until: at(7200) }),
          ...held(["203.0.113.10", "203.0.113.11"], { quarantined: true, until: at(9000) }),
        ],
      }),
      expect: {
        message:
          "slot 0 should move and can't: pool pool-a has no free address before 2026-11-23 14:00 UTC (3 of 4 in quarantine, 1 in use). Add addresses to a pool, wait, shorten the pool's spec.quarantine, or lower spec.addresses.count",
      },
    },
    "an address in a network that nobody uses comes first": {
      given: fleet({
        pools: [pool({ ranges: ["203.0.113.0/30", "198.51.100.9"] })],
        addresses: [entry("203.0.113.0", { slot: 1, lane: 4 })],
      }),
      expect: { address: "198.51.100.9" },
    },
    "so does one in another pool, though the slot prefers the first": {
      given: fleet({ pools: two, addresses: [entry("203.0.113.77", { slot: 1, lane: 4 })] }),
      expect: { pool: "pool-b" },
    },
    "a network in which addresses only rest is as good as any": {
      given: fleet({
        pools: [pool({ ranges: ["203.0.113.0/31"] })],
        held: held(["203.0.113.0"], { quarantined: true }),
      }),
      expect: { address: "203.0.113.1" },
    },
    "IPv6 groups don't share a /48 while there is another": {
      given: fleet({
        pools: [pool({ ranges: ["2001:db8:1::/64", "2001:db8:2::7"] })],
        held: held(["2001:db8:1:ffff::1"]),
      }),
      expect: { address: "2001:db8:2::7" },
    },
    "an address beside a blocked one is taken only when nothing else is free": {
      given: fleet({
        pools: [
          pool({
            ranges: ["203.0.113.0/25", "203.0.113.128/31"],
            avoidPrefix: { ipv4: 25, ipv6: 48 },
          }),
        ],
        held: held(["203.0.113.4"], { burnt: true, quarantined: true }),
      }),
      expect: { address: "203.0.113.128" },
    },
    "better in a network that another group uses than beside a blocked address": {
      given: fleet({
        pools: [
          pool({
            ranges: ["203.0.113.0/31", "198.51.100.0/31"],
            avoidPrefix: { ipv4: 24, ipv6: 48 },
          }),
        ],
        held: [
          ...held(["203.0.113.77"]),
          ...held(["198.51.100.77"], { burnt: true, quarantined: true }),
        ],
      }),
      expect: { address: "203.0.113.0" },
    },
    "beside a blocked address is better than none": {
      given: fleet({
        pools: [pool({ ranges: ["203.0.113.0/31"], avoidPrefix: { ipv4: 24, ipv6: 48 } })],
        held: held(["203.0.113.0"], { burnt: true, quarantined: true }),
      }),
      expect: { address: "203.0.113.1" },
    },
    "a provider that can't be asked is asked for whatever it gives": {
      given: fleet({ pools: [pool({ ranges: [], assigned: true, reserve: 1 })] }),
      expect: { address: undefined, name: "ip-aaaaaaaaaaaa" },
    },
    "the first address of a slot is its number 1": {
      given: fleet({ addresses: [entry("203.0.113.9", { slot: 1, lane: 4, ordinal: 9 })] }),
      expect: { ordinal: 1 },
    },
    "an address has the number after the highest that its slot has had": {
      given: fleet({
        addresses: [
          dark("203.0.113.7", { ordinal: 4 }),
          entry("203.0.113.8", { ordinal: 3 }),
          entry("203.0.113.9", { slot: 1, lane: 4, ordinal: 9 }),
        ],
      }),
      expect: { ordinal: 5 },
    },
    "a repeat takes no lane, and another address is asked for": {
      given: fleet({ pools: [pool({ ranges: [], assigned: true })], addresses: [repeat(1)] }),
      expect: { address: undefined, lane: 0 },
    },
    "after five repeats nothing is asked for a while": {
      given: fleet({
        pools: [pool({ ranges: [], assigned: true })],
        addresses: [1, 2, 3, 4, 5].map(repeat),
      }),
      expect: {
        message:
          "slot 0 should move and can't: the provider of pool pool-a gives only addresses that were used before; it is asked again after 2026-11-23 12:59 UTC. Add addresses to a pool, wait, shorten the pool's spec.quarantine, or lower spec.addresses.count",
      },
    },
  };
  for (const [name, { given, cause, slot, expect }] of Object.entries(cases))
    test(name, () => assert.partialDeepStrictEqual(claim(given, cause, slot), expect));

  test("a refused pool's reason is reported", () => {
    const shortage = claim(
      fleet({ pools: [pool({ refusal: "pool gone does not exist: create the AddressPool" })] }),
    );
    assert.ok(
      "message" in shortage &&
        shortage.message.includes("pool gone does not exist: create the AddressPool"),
    );
  });

  test("claims of one plan share neither an address nor a lane", () => {
    const given = fleet({ count: 4, pools: [pool({ ranges: ["203.0.113.0/30"] })] });
    const allocated = allocationsOf(given, noon);
    const claims = [0, 1, 2, 3].map(
      (slot) =>
        claimFor(slot, move("NewSlot"), {
          fleet: given,
          allocated,
          bank,
          random: () => 0,
        }) as Claim,
    );
    assert.equal(new Set(claims.map(({ address }) => address)).size, 4);
    assert.deepEqual(
      claims.map(({ lane }) => lane),
      [0, 1, 2, 3],
    );
  });

  test("an entry without an address has a name by chance", () => {
    const given = fleet({ pools: [pool({ ranges: [], assigned: true })] });
    const chances = [0, 0.5, 0.999].values();
    const context = { fleet: given, allocated: allocationsOf(given, noon), bank };
    const random = () => chances.next().value ?? 0.1;
    const found = claimFor(0, move("NewSlot"), { ...context, random });
    assert.equal("name" in found && found.name, "ip-as9ddddddddd");
  });

  test("claims of one plan keep away from each other's networks, and shun none as blocked", () => {
    const ranges = ["203.0.113.0/31", "203.0.200.0/31"];
    const given = fleet({
      count: 2,
      pools: [pool({ ranges, avoidPrefix: { ipv4: 16, ipv6: 32 } })],
    });
    const context = { fleet: given, allocated: allocationsOf(given, noon), bank, random: () => 0 };
    const found = [0, 1].map((slot) => claimFor(slot, move("NewSlot"), context));
    assert.deepEqual(
      found.map((result) => "address" in result && result.address),
      ["203.0.113.0", "203.0.200.0"],
    );
  });

  test("claims of one plan stay within what a namespace may hold", () => {
    const given = fleet({ count: 4, pools: [pool({ room: 2 })] });
    const allocated = allocationsOf(given, noon);
    const results = [0, 1, 2, 3].map((slot) =>
      claimFor(slot, move("NewSlot"), { fleet: given, allocated, bank, random: () => 0 }),
    );
    assert.equal(results.filter((result) => "address" in result).length, 2);
    assert.ok(
      "message" in results[3]! &&
        /gives this namespace no more addresses \(spec\.perNamespace\)/.test(results[3].message),
    );
  });
});
