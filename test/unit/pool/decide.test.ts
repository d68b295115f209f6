import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { HeldAddresses } from "../../../src/ledger/held-addresses.ts";
import { type ObservedPool, decidePool } from "../../../src/pool/decide.ts";
import { type PoolObject, poolObject } from "../../objects/address-pool.ts";
import { entry, held, noon } from "../rotation/build.ts";

const earlier = "2026-11-23T10:00:00Z";

function pool(spec: object = {}, given: { name?: string; status?: object } = {}): PoolObject {
  const addresses = ["203.0.113.0/28"];
  return poolObject({ metadata: { generation: 3 }, spec: { addresses, ...spec }, ...given });
}

/** What was reported of a pool in the pass before. */
function reported(reason: string, counts: object = {}): { status: object } {
  const condition = {
    type: "Ready",
    status: reason === "Usable" ? "True" : "False",
    reason,
    message: "as before",
    lastTransitionTime: earlier,
  };
  const another = { ...condition, type: "Another", reason: "Other" };
  return { status: { ...counts, conditions: [another, condition] } };
}

function decided(given: Partial<ObservedPool> = {}) {
  const nothing = { others: [], entries: [], unreadable: [], held: HeldAddresses.of([]) };
  const { effects } = decidePool(
    { raw: pool(), ...nothing, ...given },
    { now: noon, random: () => 0 },
  );
  const [write] = effects.filter(({ kind }) => kind === "status");
  const [report] = effects.filter(({ kind }) => kind === "event");
  assert.ok(write?.kind === "status");
  const { conditions, ...counts } = write.status as { conditions: readonly object[] };
  const notes = report?.kind === "event" ? report.notes : [];
  return { write, report, counts, ready: conditions[0] as Record<string, unknown>, notes };
}

const aws = {
  provider: "AWS",
  addresses: [],
  named: [{ name: "eipalloc-1", address: "203.0.113.9" }],
};

describe("whether fleets may claim from a pool", () => {
  const other = (addresses: readonly string[]) => pool({ addresses }, { name: "pool-b" });
  const cases: Record<string, { given: Partial<ObservedPool>; expect: string; says: string }> = {
    "they may": { given: {}, expect: "Usable", says: "may claim addresses" },
    "not from one that can't be read": {
      given: { raw: pool({ reserve: "two" }) },
      expect: "InvalidSpec",
      says: "AddressPool pool-a: spec.reserve",
    },
    "from one that shares its addresses with no other": {
      given: { others: [other(["203.0.113.16/28"])] },
      expect: "Usable",
      says: "may claim addresses",
    },
    "not from one that shares some with another": {
      given: { others: [other(["198.51.100.1"]), other(["203.0.113.15"])] },
      expect: "Overlaps",
      says: "addresses from 203.0.113.0 on overlap pool pool-b",
    },
    "not from one that shares a named one with another": {
      given: { others: [pool(aws, { name: "pool-c" })] },
      expect: "Overlaps",
      says: "overlap pool pool-c",
    },
    "from one beside which there is one that can't be read": {
      given: { others: [pool({ addresses: "all" }, { name: "pool-b" })] },
      expect: "Usable",
      says: "may claim addresses",
    },
  };
  for (const [name, { given, expect, says }] of Object.entries(cases))
    test(name, () => {
      const { ready } = decided(given);
      const status = expect === "Usable" ? "True" : "False";
      assert.deepEqual(
        [ready["type"], ready["status"], ready["reason"]],
        ["Ready", status, expect],
      );
      assert.ok(String(ready["message"]).includes(says), String(ready["message"]));
    });
});

describe("what a pool's status says", () => {
  test("is as many addresses as it can say, where a range has far more", () => {
    const raw = pool({ addresses: ["2001:db8::-2001:db8:0:ffff:ffff:ffff:ffff:ffff"] });
    const { counts, ready } = decided({ raw });
    assert.deepEqual(counts, {
      observedGeneration: 3,
      total: 2_147_483_647,
      serving: 0,
      draining: 0,
      quarantined: 0,
      free: 2_147_483_647,
    });
    assert.equal(ready["reason"], "TooManyAddresses");
  });

  const entries = [entry("203.0.113.1")];
  const ledger = HeldAddresses.of(held(["203.0.113.1", "203.0.113.2"]));

  test("is how many addresses it has, and of which generation", () =>
    assert.deepEqual(decided({ entries, held: ledger }).counts, {
      observedGeneration: 3,
      total: 16,
      serving: 1,
      draining: 0,
      quarantined: 0,
      free: 14,
    }));

  test("is nothing of what is free where the provider gives what it gives", () =>
    assert.deepEqual(
      decided({ raw: pool({ provider: "Assigned", addresses: [] }), entries }).counts,
      { observedGeneration: 3, total: 1, serving: 1, draining: 0, quarantined: 0 },
    ));

  test("is no count where its spec can't be read", () =>
    assert.deepEqual(decided({ raw: pool({ reserve: "two" }) }).counts, {
      observedGeneration: 3,
    }));

  test("keeps since when the pool is unusable", () => {
    const { ready } = decided({ raw: pool({ reserve: "two" }, reported("InvalidSpec")) });
    assert.equal(ready["lastTransitionTime"], earlier);
  });

  test("keeps since when the pool is usable", () => {
    const since = (status: object) =>
      decided({ raw: pool({}, { status }) }).ready["lastTransitionTime"];
    assert.deepEqual(
      [since(reported("Usable").status), since(reported("Overlaps").status)],
      [earlier, "2026-11-23T12:00:00Z"],
    );
  });

  test("is written over what was reported before, by the pool's own manager", () => {
    const raw = pool({}, reported("Usable"));
    const { write } = decided({ raw });
    assert.deepEqual(
      [write.about, write.before, write.fieldManager],
      [raw, raw.status, "proxyfleet-pool"],
    );
  });
});

describe("an Event", () => {
  const few = { addresses: ["203.0.113.0/29"], reserve: 8 };
  const many = { free: 16, total: 16 };
  const cases: Record<string, { given: CustomObject; expect: readonly string[] }> = {
    "is not made of a pool that is usable from the first": { given: pool(), expect: [] },
    "is not made of what was so before": {
      given: pool({}, reported("Usable", many)),
      expect: [],
    },
    "warns of a pool that is unusable from the first": {
      given: pool({ reserve: "two" }),
      expect: ["Warning InvalidSpec"],
    },
    "does not warn again of a pool that is still unusable": {
      given: pool({ reserve: "two" }, reported("InvalidSpec")),
      expect: [],
    },
    "warns of a mistake in a pool that may be used": {
      given: pool({ addresses: ["203.0.113.5/28"] }, reported("Usable", many)),
      expect: ["Warning BitsAfterPrefix"],
    },
    "is made of a pool that is usable again": {
      given: pool({}, reported("Overlaps", many)),
      expect: ["Normal Usable"],
    },
    "warns of a pool that came to have few free addresses": {
      given: pool(few, reported("ReserveTooLarge", many)),
      expect: ["Warning PoolLow"],
    },
    "warns only once of few free addresses": {
      given: pool(few, reported("ReserveTooLarge", { free: 8, total: 8 })),
      expect: [],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        decided({ raw: given }).notes.map(({ type, reason }) => `${type} ${reason}`),
        expect,
      ),
    );

  test("is sent of this pool once its status is written", () => {
    const raw = pool({ reserve: "two" });
    const { report, write } = decided({ raw });
    assert.ok(report?.kind === "event");
    assert.deepEqual([report.about, report.needs], [raw, [write.id]]);
  });

  test("is no effect of a pass that has nothing new to say", () =>
    assert.equal(decided({ raw: pool({}, reported("Usable")) }).report, undefined));
});
