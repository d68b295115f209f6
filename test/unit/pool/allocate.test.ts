import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { chooseAddress, countFree } from "../../../src/pool/allocate.ts";
import { HeldAddresses } from "../../../src/ledger/held-addresses.ts";
import { contains, formatIp, mergeRanges, parseIp } from "../../../src/values/ip.ts";
import { held, pool, seeded } from "../rotation/build.ts";

const ledger = (ips: readonly string[]): HeldAddresses => HeldAddresses.of(held(ips));

/** All addresses of a small pool, listed out: the slow and plain way to say what is free. */
function listed(ranges: readonly string[]): string[] {
  return mergeRanges(pool({ ranges }).ranges).flatMap((range) =>
    Array.from({ length: Number(range.last - range.first) + 1 }, (_, index) =>
      formatIp({ family: range.family, value: range.first + BigInt(index) }),
    ),
  );
}

describe("countFree", () => {
  test("an address that two ranges hold counts once", () =>
    assert.equal(
      countFree(pool({ ranges: ["203.0.113.0/30", "203.0.113.2-203.0.113.5"] }), ledger([])),
      6n,
    ));
  test("addresses that are held elsewhere don't count against the pool", () =>
    assert.equal(
      countFree(
        pool({ ranges: ["203.0.113.0/30"] }),
        ledger(["198.51.100.1", "2001:db8::1", "203.0.113.1"]),
      ),
      3n,
    ));
});

describe("chooseAddress", () => {
  test("takes none where none is free", () => {
    assert.equal(
      chooseAddress(pool({ ranges: ["203.0.113.9"] }), ledger(["203.0.113.9"]), {
        preference: "any",
        random: () => 0,
      }),
      undefined,
    );
    assert.equal(
      chooseAddress(pool({ ranges: [] }), ledger([]), { preference: "any", random: () => 0 }),
      undefined,
    );
  });

  test("a pool of 2^100 addresses is never listed out", () => {
    const address = chooseAddress(pool({ ranges: ["2001:db8::/28"] }), ledger(["2001:db8::"]), {
      preference: "any",
      random: seeded(7),
    });
    assert.ok(contains(pool({ ranges: ["2001:db8::/28"] }).ranges, parseIp(address ?? "")));
  });

  test("gives its number of the free ones: each has the same chance, and none that is held has any", () => {
    const ranges = fc.subarray(
      ["203.0.113.0/29", "203.0.113.6-203.0.113.12", "203.0.113.30", "2001:db8::/126"],
      { minLength: 1 },
    );
    fc.assert(
      fc.property(
        ranges.chain((chosen) => fc.tuple(fc.constant(chosen), fc.subarray(listed(chosen)))),
        ([chosen, heldList]) => {
          const taken = ledger([...heldList, "192.0.2.1"]);
          const free = listed(chosen).filter((address) => !heldList.includes(address));
          const picked = free.map((_, index) =>
            chooseAddress(pool({ ranges: chosen }), taken, {
              preference: "any",
              random: () => (index + 0.5) / free.length,
            }),
          );
          assert.deepEqual(picked, free);
          assert.equal(countFree(pool({ ranges: chosen }), taken), BigInt(free.length));
        },
      ),
    );
  });
});
