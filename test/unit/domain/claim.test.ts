import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Claim, type Shortage, claimFor, takenBy } from "../../../src/domain/claim.ts";
import type { Opinion } from "../../../src/domain/opinion.ts";
import type { ClaimCause } from "../../../src/api/proxy-address.ts";
import type { FleetView } from "../../../src/domain/views.ts";
import { dark, draining, entry, fleet, pool } from "./build.ts";

const bank = 8;
const move = (cause: ClaimCause): Opinion & { kind: "move" } => ({ kind: "move", cause, requestedAt: undefined, because: "asked by hand" });
const claim = (given: FleetView, cause: ClaimCause = "Requested", slot = 0): Claim | Shortage =>
  claimFor(given, slot, move(cause), takenBy(given), bank, () => 0);

describe("claimFor", () => {
  const two = [pool({ name: "pool-a", ranges: ["203.0.113.0/31"] }), pool({ name: "pool-b", ranges: ["198.51.100.0/31"] })];
  const cases: Record<string, { given: FleetView; cause?: ClaimCause; slot?: number; expect: Partial<Claim & Shortage> }> = {
    "slot 0 takes from the first pool": {
      given: fleet({ pools: two }),
      expect: { pool: "pool-a", address: "203.0.113.0", name: "ip-203-0-113-0" },
    },
    "slot 1 takes from the second pool": { given: fleet({ pools: two }), slot: 1, expect: { pool: "pool-b" } },
    "slot 2 takes from the first pool again": { given: fleet({ pools: two }), slot: 2, expect: { pool: "pool-a" } },
    "an empty pool is passed over": {
      given: fleet({ pools: two, held: new Set(["203.0.113.0", "203.0.113.1"]) }),
      expect: { pool: "pool-b" },
    },
    "a refused pool is passed over": { given: fleet({ pools: [pool({ refusal: "not for you" }), two[1]!] }), expect: { pool: "pool-b" } },
    "the reserve is not for a request": {
      given: fleet({ pools: [pool({ ranges: ["203.0.113.0/31"], reserve: 2 })] }),
      expect: {
        message:
          "slot 0 should move and can't: pool pool-a has 2 free, kept as reserve for blocks. Add addresses to a pool, wait until quarantines end, or name another pool in spec.addresses.pools",
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
      given: fleet({ pools: [two[0]!], held: new Set(["203.0.113.0"]) }),
      expect: { address: "203.0.113.1" },
    },
    "the lowest lane that nobody uses is taken": {
      given: fleet({ addresses: [entry("203.0.113.9", { lane: 0 }), draining("203.0.113.8", { lane: 2 })] }),
      expect: { lane: 1 },
    },
    "the lane of a dark address is free": { given: fleet({ addresses: [dark("203.0.113.9", { lane: 0 })] }), expect: { lane: 0 } },
    "the lane of an address that is to go dark, and is not yet, is not free": {
      given: fleet({ addresses: [entry("203.0.113.9", { lane: 0, want: "Quarantine" })] }),
      expect: { lane: 1 },
    },
    "all lanes in use is told": {
      given: fleet({ addresses: Array.from({ length: bank }, (_, lane) => draining(`203.0.113.${lane + 1}`, { lane })) }),
      expect: { message: "slot 0 should move and can't: all 8 lanes are in use. It moves when a drain ends" },
    },
    "an empty pool is told, with what to do": {
      given: fleet({ pools: [pool({ ranges: ["203.0.113.9"] })], held: new Set(["203.0.113.9"]) }),
      expect: {
        message:
          "slot 0 should move and can't: pool pool-a has no free address. Add addresses to a pool, wait until quarantines end, or name another pool in spec.addresses.pools",
      },
    },
  };
  for (const [name, { given, cause, slot, expect }] of Object.entries(cases))
    test(name, () => assert.partialDeepStrictEqual(claim(given, cause, slot), expect));

  test("a refused pool's reason is told", () => {
    const shortage = claim(fleet({ pools: [pool({ refusal: "pool gone does not exist: create the AddressPool" })] }));
    assert.ok("message" in shortage && shortage.message.includes("pool gone does not exist: create the AddressPool"));
  });

  test("claims of one plan share neither an address nor a lane", () => {
    const given = fleet({ count: 4, pools: [pool({ ranges: ["203.0.113.0/30"] })] });
    const taken = takenBy(given);
    const claims = [0, 1, 2, 3].map((slot) => claimFor(given, slot, move("NewSlot"), taken, bank, () => 0) as Claim);
    assert.equal(new Set(claims.map(({ address }) => address)).size, 4);
    assert.deepEqual(
      claims.map(({ lane }) => lane),
      [0, 1, 2, 3],
    );
  });

  test("claims of one plan stay within what a namespace may hold", () => {
    const given = fleet({ count: 4, pools: [pool({ room: 2 })] });
    const taken = takenBy(given);
    const results = [0, 1, 2, 3].map((slot) => claimFor(given, slot, move("NewSlot"), taken, bank, () => 0));
    assert.equal(results.filter((result) => "address" in result).length, 2);
    assert.ok("message" in results[3]! && /gives this namespace no more addresses \(spec\.perNamespace\)/.test(results[3].message));
  });
});
