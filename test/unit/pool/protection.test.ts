import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HeldAddresses } from "../../../src/ledger/held-addresses.ts";
import { type ObservedPool, decidePool } from "../../../src/pool/decide.ts";
import type { Effect } from "../../../src/runtime/effect.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { dark, draining, entry, noon } from "../rotation/build.ts";

const finalizer = "proxyfleet.dev/pool-protection";
const deletionTimestamp = "2026-11-23T11:00:00Z";
const state = { uid: "p1", resourceVersion: "7" };

interface Given extends Partial<Omit<ObservedPool, "raw">> {
  readonly isDeleted?: boolean;
  readonly finalizers?: readonly string[];
  readonly spec?: object;
}

/** What is decided of a pool that is protected, unless the case says otherwise. */
function decided({ isDeleted = false, finalizers = [finalizer], spec, ...given }: Given = {}) {
  const deleted = isDeleted ? { deletionTimestamp } : {};
  const metadata = { generation: 1, ...state, ...deleted, finalizers: [...finalizers] };
  const raw = poolObject({ metadata, spec: { ...spec } });
  const nothing = { others: [], entries: [], unreadable: [], held: HeldAddresses.of([]) };
  const { effects } = decidePool({ raw, ...nothing, ...given }, { now: noon, random: () => 0 });
  return {
    effects,
    finalizer: effects.find(({ id }) => id === "finalizer"),
    ready: ready(effects),
  };
}

function ready(effects: readonly Effect[]): string {
  const write = effects.find(({ kind }) => kind === "status");
  if (write?.kind !== "status") return "";
  const { conditions } = write.status as {
    conditions: readonly { type: string; status: string; reason: string; message: string }[];
  };
  return conditions.map((one) => `${one.status} ${one.reason}: ${one.message}`).join();
}

describe("a pool that people are served from", () => {
  test("is protected from its first pass on, whether it is used or not", () => {
    const { finalizer: effect, ready } = decided({ finalizers: [] });
    assert.deepEqual(effect, {
      kind: "apply",
      id: "finalizer",
      of: effect?.kind === "apply" ? effect.of : undefined,
      object: {
        apiVersion: "proxyfleet.dev/v1alpha1",
        kind: "AddressPool",
        metadata: { name: "pool-a", finalizers: [finalizer] },
      },
      fieldManager: "proxyfleet-pool",
      state,
    });
    assert.match(ready, /^True Usable/);
  });

  test("is protected although its spec can't be read", () =>
    assert.ok(decided({ finalizers: [], spec: { reserve: "two" } }).finalizer !== undefined));

  test("is left alone once it is protected, whoever else does so", () =>
    assert.equal(decided({ finalizers: ["other.example/x", finalizer] }).finalizer, undefined));
});

describe("a pool that somebody deletes", () => {
  const stays: Record<string, { given: Given; says: RegExp }> = {
    "stays while an address serves": {
      given: { entries: [entry("203.0.113.1"), entry("203.0.113.2", { fleet: "friends" })] },
      says: /^False Deleting: it is being deleted\. Its addresses are in use, by the fleets proxies\/family \(1\), proxies\/friends \(1\)\. .*name another pool in spec\.addresses\.pools of these fleets, and rotate$/,
    },
    "stays while one drains": {
      given: { entries: [draining("203.0.113.1"), dark("203.0.113.2")] },
      says: /by the fleets proxies\/family \(1\)\./,
    },
    "stays while one that is to rest still has its Service": {
      given: { entries: [dark("203.0.113.1", { phase: "Draining" })] },
      says: /by the fleets proxies\/family \(1\)\./,
    },
    "names a few of many fleets": {
      given: {
        entries: Array.from({ length: 9 }, (_, i) =>
          entry(`203.0.113.${i}`, { fleet: `fleet-${i}` }),
        ),
      },
      says: /proxies\/fleet-4 \(1\) and 4 more\./,
    },
    "stays while an entry that names it can't be read: it may be in use": {
      given: { unreadable: ["ip-203-0-113-9"] },
      says: /ProxyAddress ip-203-0-113-9 names it and can't be read: correct or delete it/,
    },
    "stays although its own spec can't be read": {
      given: { entries: [entry("203.0.113.1")], spec: { reserve: "two" } },
      says: /^False Deleting: .*proxies\/family \(1\)\./,
    },
    "says who holds it where that is somebody else": {
      given: { finalizers: ["other.example/x"] },
      says: /Nothing of ours uses it; other finalizers hold it: other\.example\/x$/,
    },
  };
  for (const [name, { given, says }] of Object.entries(stays))
    test(name, () => {
      const { effects, finalizer: effect, ready } = decided({ isDeleted: true, ...given });
      assert.equal(effect, undefined);
      assert.match(ready, says);
      const [note] = effects.flatMap((each) => (each.kind === "event" ? each.notes : []));
      assert.deepEqual([note?.type, note?.reason], ["Warning", "Deleting"]);
    });

  test("goes once what is left of its addresses rests, if the server knows of no others", () => {
    const finalizers = ["other.example/x", finalizer];
    const entries = [dark("203.0.113.1"), dark("203.0.113.2")];
    const { effects } = decided({ isDeleted: true, entries, finalizers });
    assert.equal(effects.length, 1);
    assert.partialDeepStrictEqual(effects, [
      {
        kind: "patch",
        key: { name: "pool-a" },
        state,
        metadata: { finalizers: ["other.example/x"] },
        preconditions: [
          {
            kind: "noOthers",
            filed: { index: "pool", value: "pool-a" },
            names: entries.map(({ name }) => name),
          },
        ],
      },
    ]);
  });

  test("is not protected again", () =>
    assert.equal(
      decided({ isDeleted: true, finalizers: ["other.example/x"] }).finalizer,
      undefined,
    ));
});
