import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AddressPool, parseAddressPool } from "../../../src/api/address-pool.ts";
import type { Parsed } from "../../../src/api/parse.ts";
import { HeldAddresses } from "../../../src/ledger/held-addresses.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import { parseRange } from "../../../src/values/ip.ts";
import { held } from "../rotation/build.ts";
import { lowWater, poolCounts, poolProblem } from "../../../src/pool/status.ts";
import { poolView } from "../../../src/pool/view.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { hours } from "../rotation/build.ts";

const parsed = (spec: object): Parsed<AddressPool> =>
  parseAddressPool(poolObject({ name: "metallb-a", spec: { ...spec } }));
const namespace = { name: "proxies", labels: { team: "relief" } };
const view = (pool: Parsed<AddressPool> | undefined, held = 0): ReturnType<typeof poolView> =>
  poolView("metallb-a", pool, { namespace, held, supported: new Set(["MetalLB"]) });

describe("the pool as a fleet may use it", () => {
  const cases: Record<
    string,
    { given: Parsed<AddressPool> | undefined; held?: number; refusal: RegExp | undefined }
  > = {
    "a pool without limits may be used": { given: parsed({}), refusal: undefined },
    "a pool that does not exist": {
      given: undefined,
      refusal:
        /pool metallb-a does not exist: create the AddressPool, or correct spec\.addresses\.pools/,
    },
    "a pool that can't be read says why": {
      given: parsed({ reserve: "two" }),
      refusal: /can't be used: AddressPool metallb-a: spec\.reserve "two"/,
    },
    "a pool that is being deleted": {
      given: parseAddressPool(
        poolObject({
          name: "metallb-a",
          metadata: { deletionTimestamp: "2026-11-23T10:00:00Z" },
        }),
      ),
      refusal: /pool metallb-a is being deleted, and gives no new addresses: name another pool/,
    },
    "a pool whose provider is not there yet": {
      given: parsed({
        provider: "AWS",
        addresses: [],
        named: [{ name: "eipalloc-1", address: "203.0.113.9" }],
      }),
      refusal: /the provider AWS, which this version can't use yet: use one of MetalLB/,
    },
    "a pool for other namespaces": {
      given: parsed({ namespaceSelector: { matchLabels: { team: "other" } } }),
      refusal: /not for namespace proxies: its spec\.namespaceSelector does not match/,
    },
    "a pool for this namespace": {
      given: parsed({ namespaceSelector: { matchLabels: { team: "relief" } } }),
      refusal: undefined,
    },
    "a namespace that holds what it may": {
      given: parsed({ perNamespace: 3 }),
      held: 3,
      refusal: /at most 3 addresses \(spec\.perNamespace\), and proxies holds 3/,
    },
    "a namespace that may have one more": {
      given: parsed({ perNamespace: 3 }),
      held: 2,
      refusal: undefined,
    },
  };
  for (const [name, { given, held, refusal }] of Object.entries(cases))
    test(name, () => {
      const { refusal: said } = view(given, held);
      if (refusal === undefined) assert.equal(said, undefined);
      else assert.match(said ?? "", refusal);
    });

  test("times and ranges come from the spec", () => {
    const { quarantine, ranges, reserve } = view(
      parsed({ quarantine: { blocked: "10h" }, reserve: 4 }),
    );
    assert.deepEqual(quarantine, { blocked: hours(10), retired: hours(168), unusable: hours(1) });
    assert.deepEqual([ranges, reserve], [[parseRange("203.0.113.0/26")], 4]);
  });

  test("nobody knows how many addresses there are where the provider gives what it gives", () => {
    const assigned = parsed({ provider: "Assigned", addresses: [] });
    assert.deepEqual([view(assigned).assigned, view(parsed({})).assigned], [true, false]);
  });

  test("ranges that nobody can read leave nothing to claim, and say why", () => {
    const pool = parsed({});
    assert.ok(pool.ok);
    const spec = { ...pool.value.spec, addresses: ["203.0.113.9-203.0.113.2"] };
    const { refusal, ranges } = view({ ...pool, value: { ...pool.value, spec } });
    assert.match(refusal ?? "", /pool metallb-a can't be used: spec\.addresses: .*runs backwards/);
    assert.deepEqual(ranges, []);
  });

  test("a namespace with a limit is told how many more it may take", () => {
    assert.equal(view(parsed({ perNamespace: 3 }), 1).room, 2);
    assert.equal(view(parsed({}), 1).room, undefined);
  });
});

describe("poolCounts", () => {
  const entries: readonly Pick<AddressView, "want" | "phase">[] = [
    { want: "Serve", phase: "Serving" },
    { want: "Serve", phase: "Provisioning" },
    { want: "Drain", phase: "Serving" },
    { want: "Quarantine", phase: "Draining" },
    { want: "Quarantine", phase: "Quarantined" },
  ];
  const ledger = HeldAddresses.of(
    held(["203.0.113.1", "203.0.113.2", "203.0.113.3", "198.51.100.1"]),
  );
  test("counts addresses by phase, and as free what nobody holds, nor an overlapping pool", () =>
    assert.deepEqual(poolCounts([parseRange("203.0.113.0/28")], entries, ledger), {
      total: 16,
      serving: 2,
      draining: 1,
      quarantined: 2,
      free: 13,
    }));
  test("of a provider that gives what it gives nobody knows what is free", () =>
    assert.deepEqual(poolCounts("assigned", entries, ledger), {
      total: 5,
      serving: 2,
      draining: 1,
      quarantined: 2,
    }));
});

describe("lowWater", () => {
  const counts = (free: number, total = 62) => ({ total, free, quarantined: 40 });
  test("tells once that few addresses are free: a tenth, or what is kept for blocks", () => {
    assert.match(
      lowWater(counts(7), counts(6), 1)?.message ?? "",
      /6 of 62 addresses are free, and 40 rest: add addresses/,
    );
    assert.equal(lowWater(counts(6), counts(5), 1), undefined);
    assert.equal(lowWater(counts(9), counts(8), 1), undefined);
    assert.equal(lowWater(counts(9), counts(8), 8)?.reason, "PoolLow");
  });
  test("tells of a pool that is small from the first", () =>
    assert.equal(lowWater({}, counts(1, 4), 1)?.reason, "PoolLow"));
  test("says nothing of a pool of which nobody knows what is free", () =>
    assert.equal(lowWater(counts(9), { total: 9, quarantined: 3 }, 1), undefined));
});

describe("a pool beside another one", () => {
  const ranges = ["198.51.100.0/30", "203.0.113.64/26"].map(parseRange);
  const cases: Record<string, { theirs: readonly string[]; overlaps: boolean }> = {
    "may end right before the other's first address": {
      theirs: ["203.0.113.128-203.0.113.140"],
      overlaps: false,
    },
    "may begin right after the other's last address": {
      theirs: ["203.0.113.60-203.0.113.63"],
      overlaps: false,
    },
    "may have the same numbers in the other address family": {
      theirs: ["::cb00:7140/122"],
      overlaps: false,
    },
    "may not share its first address": {
      theirs: ["203.0.113.60-203.0.113.64"],
      overlaps: true,
    },
    "may not share its last address": {
      theirs: ["203.0.113.127-203.0.113.140"],
      overlaps: true,
    },
    "may not hold all that the other has": { theirs: ["203.0.113.70"], overlaps: true },
    "may not lie within the other": { theirs: ["203.0.0.0/16"], overlaps: true },
    "may not share what comes last in the other's list": {
      theirs: ["192.0.2.1", "203.0.113.70"],
      overlaps: true,
    },
  };
  for (const [name, { theirs, overlaps }] of Object.entries(cases))
    test(name, () => {
      const others = [
        { name: "a", ranges: [parseRange("192.0.2.9")] },
        { name: "b", ranges: theirs.map(parseRange) },
      ];
      const problem = poolProblem(ranges, others);
      assert.equal(problem?.reason, overlaps ? "Overlaps" : undefined);
      if (problem === undefined) return;
      const says = "addresses from 203.0.113.64 on overlap pool b. No address is given out twice";
      assert.ok(problem.message.startsWith(says), problem.message);
    });
});

describe("the size of a pool", () => {
  test("may be what a pool has at most", () =>
    assert.equal(poolProblem([parseRange("10.0.0.0/12")], []), undefined));

  test("may not be more, and says how many it may be", () => {
    const halves = ["10.0.0.0/12", "10.16.0.0/12"].map(parseRange);
    const problem = poolProblem(halves, []);
    assert.deepEqual([problem?.status, problem?.reason], ["False", "TooManyAddresses"]);
    assert.match(
      problem?.message ?? "",
      /holds 2097152 addresses; a pool has at most 1048576: split it/,
    );
  });
});
