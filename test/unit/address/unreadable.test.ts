import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { type UnreadableAddress, decideUnreadable } from "../../../src/address/unreadable.ts";
import { tracesOf } from "../../../src/ledger/traces.ts";
import type { Context } from "../../../src/runtime/plan.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { serviceObject } from "../../objects/service.ts";
import { at, entry, hours, noon } from "../rotation/build.ts";

const problem = 'ProxyAddress ip-203-0-113-9: spec.cause "Leap": must be one of NewSlot, Blocked';
const finalizers = ["proxyfleet.dev/release-service", "example.org/theirs"];
const raw = entryObject({ metadata: liveMeta("e1", { finalizers }), spec: { cause: "Leap" } });
const service = serviceObject({ name: "family-0-e1", metadata: liveMeta("s1") });
const leaving = serviceObject({
  name: "family-0-e1",
  metadata: liveMeta("s1", { deletionTimestamp: "2026-11-23T11:59:00Z" }),
});
const fleetOf = (spec: object = {}, metadata: object = {}) =>
  parseWhatsAppProxy(
    fleetObject({
      metadata: liveMeta("f1", metadata),
      spec: { addresses: { count: 1, pools: [{ name: "pool-a" }] }, ...spec },
    }),
  );

function observed(given: Partial<UnreadableAddress> = {}): UnreadableAddress {
  return {
    raw,
    problem,
    traces: tracesOf(given.raw ?? raw),
    deletion: { kind: "none" },
    services: [service],
    fleet: fleetOf(),
    others: [],
    ...given,
  };
}

const plan = (given: Partial<UnreadableAddress> = {}, context: Partial<Context> = {}) =>
  decideUnreadable(observed(given), { now: noon, random: () => 0.5, ...context });
const done = (...args: Parameters<typeof plan>) =>
  plan(...args).effects.map(({ kind, id }) => `${kind} ${id}`);
const statusOf = (...args: Parameters<typeof plan>) => {
  const write = plan(...args).effects.find(({ kind }) => kind === "status");
  assert.ok(write?.kind === "status");
  return write.status as { phase?: string; conditions: readonly Record<string, unknown>[] };
};

describe("a ledger entry that can't be read", () => {
  test("is left alone, and says what is wrong and what to do", () => {
    assert.deepEqual(done(), ["status status", "event event"]);
    const [stalled] = statusOf().conditions;
    assert.deepEqual(
      [stalled?.["type"], stalled?.["status"], stalled?.["reason"]],
      ["Stalled", "True", "InvalidSpec"],
    );
    assert.match(
      String(stalled?.["message"]),
      /spec\.cause "Leap".*Correct the field.*delete this/,
    );
  });

  test("keeps the rest of its status, but for what others write", () => {
    const verified = { type: "Verified", status: "True", reason: "Verified", message: "" };
    const conditions = [{ ...verified, lastTransitionTime: "2026-11-23T11:00:00Z" }];
    const status = { phase: "Serving", reachability: [{ country: "IR" }], conditions };
    const written = statusOf({ raw: { ...raw, status } });
    assert.equal(written.phase, "Serving");
    assert.ok(!("reachability" in written));
    assert.deepEqual(
      written.conditions.map(({ type }) => type),
      ["Verified", "Stalled"],
    );
  });

  test("says so once", () => {
    const status = statusOf();
    assert.deepEqual(done({ raw: { ...raw, status } }), ["status status"]);
    assert.deepEqual(statusOf({ raw: { ...raw, status } }), status);
  });
});

describe("a ledger entry that can't be read, and that somebody deletes", () => {
  const deletion = { kind: "wished" } as const;
  const successor = entry("203.0.113.20", { phase: "Serving", phaseSince: at(-25 * 3600) });
  const removed = ["delete remove family-0-e1"];
  const waits = ["status status", "event event"];
  const resting = entryObject({
    metadata: liveMeta("e1", { finalizers }),
    spec: { cause: "Leap", want: "Quarantine", quarantineUntil: "2026-12-23T12:00:00Z" },
  });
  const ofNoSlot = entryObject({ metadata: liveMeta("e1"), spec: { claimRef: "family" } });
  const cases: Record<string, { given: Partial<UnreadableAddress>; expect: readonly string[] }> = {
    "stays while its slot has no other address": { given: {}, expect: waits },
    "stays while another slot alone has one": {
      given: { others: [{ ...successor, slot: 1 }] },
      expect: waits,
    },
    "stays while people may not have read the slot's other address": {
      given: { others: [{ ...successor, phaseSince: at(-60) }] },
      expect: waits,
    },
    "loses its Service once its slot has another address": {
      given: { others: [successor] },
      expect: removed,
    },
    "loses its Service where its slot is gone": {
      given: { raw: { ...raw, spec: { ...raw.spec, claimRef: { slot: 7 } } } },
      expect: removed,
    },
    "loses its Service where its fleet is gone": { given: { fleet: undefined }, expect: removed },
    "loses its Service where its fleet ends": {
      given: { fleet: fleetOf({}, { deletionTimestamp: "2026-11-23T11:59:00Z" }) },
      expect: removed,
    },
    "stays while its fleet can't be read either": {
      given: { fleet: { ok: false, problem: "spec.replicas must be a number" } },
      expect: waits,
    },
    "stays while a slot has no other address, where it doesn't say which is its own": {
      given: {
        raw: ofNoSlot,
        fleet: fleetOf({ addresses: { count: 2, pools: [{ name: "pool-a" }] } }),
        others: [successor],
      },
      expect: waits,
    },
    "loses its Service at once where it rests": { given: { raw: resting }, expect: removed },
    "stays until its Service is gone": {
      given: { others: [successor], services: [leaving] },
      expect: [],
    },
    "goes once its Service is gone": {
      given: { others: [successor], services: [] },
      expect: ["patch finalizer"],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(done({ deletion, ...given }), expect));

  test("leaves the finalizers of others when it goes", () => {
    const [write] = plan({ deletion, raw: resting, services: [] }).effects;
    assert.ok(write?.kind === "patch");
    assert.deepEqual(write.metadata, { finalizers: ["example.org/theirs"] });
  });

  test("waits for as long as drains of its fleet last", () => {
    const rotation = { drain: { scheduled: "2h", blocked: "1h" } };
    const others = [{ ...successor, phaseSince: at(-3600) }];
    const { requeueAt } = plan({ deletion, fleet: fleetOf({ rotation }), others });
    assert.equal(requeueAt, noon + hours(1));
  });

  test("stays while the time may be wrong", () =>
    assert.deepEqual(done({ deletion, others: [successor] }, { clocksDiffer: true }), waits));

  test("is asked about while nobody knows who deleted it, and stays", () => {
    const { effects, asks } = plan({ deletion: { kind: "unconfirmed" }, others: [successor] });
    assert.deepEqual(asks, [{ kind: "deletion" }]);
    assert.ok(effects.every(({ kind }) => kind !== "delete" && kind !== "patch"));
  });

  test("stays while its CRD is being deleted", () => {
    const held = { kind: "held", message: "the CRD goes", askAgainAt: at(30) } as const;
    const { effects, requeueAt } = plan({ deletion: held, others: [successor] });
    assert.ok(effects.every(({ kind }) => kind !== "delete" && kind !== "patch"));
    assert.equal(requeueAt, at(30));
  });
});
