import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Effect } from "../../../src/runtime/effect.ts";
import type { ObservedFleet } from "../../../src/fleet/observed.ts";
import { at } from "../rotation/build.ts";
import { entry, fleet, planFor, seen } from "./observed-fleet.ts";

const problem = "spec.replicas must be a number";
const parsed = { ok: false, problem } as const;
const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const draining = entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" });
const dark = entry("203.0.113.3", { lane: 2, want: "Quarantine", phase: "Quarantined" });

const ids = (effects: readonly Effect[]) => effects.map(({ kind, id }) => `${kind} ${id}`);

const conditions = [
  condition("Ready", "True", "Serving"),
  condition("AddressesReady", "True", "Serving"),
  condition("Reconciling", "True", "Updating"),
];
/** What a fleet's status had before somebody made its spec unreadable. */
const stored = {
  observedGeneration: 1,
  replicas: 2,
  readyReplicas: 2,
  selector: "proxyfleet.dev/fleet=family",
  serving: "1/1",
  reachable: "1/1",
  lastHandledRotateAt: "then",
  lastHandledReport: "203.0.113.9 IR then",
  slots: [{ slot: 0, address: "203.0.113.1", burnt: 1, message: "" }],
  addresses: [{ address: "203.0.113.1", slot: 0, phase: "Serving", since: "2026-11-23T11:00:00Z" }],
  conditions,
};

function condition(type: string, status: string, reason: string) {
  const lastTransitionTime = "2026-11-23T11:00:00Z";
  return { type, status, reason, message: "", lastTransitionTime, observedGeneration: 1 };
}

describe("the status of a fleet that can't be read", () => {
  const written = (status: object) => {
    const raw = { ...fleet, status };
    const write = planFor([serving], { raw, parsed }).effects.find(({ kind }) => kind === "status");
    assert.ok(write?.kind === "status");
    return write.status as typeof stored;
  };

  test("keeps its addresses, its selector and the answered requests", () => {
    const { conditions: _before, ...kept } = stored;
    const { conditions: _now, ...now } = written(stored);
    assert.deepEqual(now, kept);
  });

  test("keeps the conditions that it says nothing of, and reconciles no more", () =>
    assert.deepEqual(
      written(stored).conditions.map(({ type, status, reason }) => [type, status, reason]),
      [
        ["AddressesReady", "True", "Serving"],
        ["Stalled", "True", "InvalidSpec"],
        ["Ready", "False", "InvalidSpec"],
      ],
    ));

  test("is the same when it is written again", () => {
    const once = written(stored);
    assert.deepEqual(written(once), once);
  });
});

test("an Event says once that a fleet can't be read", () => {
  const first = planFor([serving], { raw: { ...fleet, status: stored }, parsed });
  assert.deepEqual(ids(first.effects), ["status status", "event event of it"]);
  const [write] = first.effects;
  assert.ok(write?.kind === "status");
  const second = planFor([serving], { raw: { ...fleet, status: write.status }, parsed });
  assert.deepEqual(ids(second.effects), ["status status"]);
});

describe("a fleet that can't be read, and that a person deletes", () => {
  const finalizers = ["proxyfleet.dev/quarantine-addresses", "example.org/theirs"];
  const deletionTimestamp = "2026-11-23T11:59:00Z";
  const raw = { ...fleet, metadata: { ...fleet.metadata, finalizers, deletionTimestamp } };
  const plan = (entries: ObservedFleet["own"], given: Partial<ObservedFleet> = {}) =>
    planFor([], { raw, parsed, own: entries, ...given });

  test("turns its addresses into memory", () => {
    const { effects } = plan([serving, draining, dark].map(seen));
    assert.deepEqual(ids(effects).slice(0, 2), [
      "apply retire ip-203-0-113-1",
      "apply retire ip-203-0-113-2",
    ]);
    const [write] = effects;
    assert.ok(write?.kind === "apply");
    assert.partialDeepStrictEqual(write.object, {
      spec: { want: "Quarantine", retiredBecause: "FleetDeleted" },
    });
  });

  test("goes once they have been dark for a moment, and leaves the finalizers of others", () => {
    const { effects } = plan([seen(dark)]);
    assert.deepEqual(ids(effects), ["patch finalizer"]);
    const [write] = effects;
    assert.ok(write?.kind === "patch");
    assert.deepEqual(write.metadata, { finalizers: ["example.org/theirs"] });
  });

  test("goes where it never had an address", () =>
    assert.deepEqual(ids(plan([]).effects), ["patch finalizer"]));

  test("stays until nodes know that its addresses are dark", () => {
    const { entry: object, view, tenant } = seen(dark);
    const just = { entry: object, tenant, view: { ...view, phaseSince: at(-5) } };
    const { effects, requeueAt } = plan([just]);
    assert.ok(!ids(effects).includes("patch finalizer"));
    assert.equal(requeueAt, at(10));
  });

  test("stays, and is asked about, while nobody knows who deleted it", () => {
    const unwished = [{ object: raw, deletion: { kind: "unconfirmed" } as const }];
    const { effects, asks } = plan([seen(serving)], { unwished });
    assert.deepEqual([effects, asks], [[], [{ kind: "deletion", object: raw }]]);
  });

  test("stays as it is while its CRD is being deleted", () => {
    const deletion = { kind: "held", message: "the CRD goes", askAgainAt: at(30) } as const;
    const { effects, requeueAt } = plan([seen(serving)], { unwished: [{ object: raw, deletion }] });
    assert.deepEqual(ids(effects), ["status status", "event event of it"]);
    assert.equal(requeueAt, at(30));
    const [write] = effects;
    assert.ok(write?.kind === "status");
    assert.match(JSON.stringify(write.status), /must be a number\. the CRD goes/);
  });
});
