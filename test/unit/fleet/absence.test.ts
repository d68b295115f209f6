import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ObservedFleet, UnwishedDeletion } from "../../../src/fleet/observed.ts";
import type { FleetStatus } from "../../../src/fleet/status.ts";
import { millis, minutes, plus, seconds } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";
import { entry, fleet, planFor, seen } from "./observed-fleet.ts";

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const missing = { raw: undefined, parsed: undefined, orphans: [seen(serving)] };

describe("ledger entries that a restore brought before their fleet", () => {
  test("stay as they are, and the server is asked for the fleet", () => {
    const plan = planFor([], missing);
    assert.deepEqual([plan.effects, plan.asks], [[], [{ kind: "absence" }]]);
  });

  test("stay for minutes, while the server is asked again and again", () => {
    const absence = { forMs: millis(299_999), at: at(-10) };
    const plan = planFor([], { ...missing, absence });
    assert.deepEqual([plan.effects, plan.asks], [[], []]);
    assert.equal(plan.requeueAt, plus(noon, seconds(20)));
  });

  test("go to rest once the fleet was missing for minutes, and just now too", () => {
    const long = { forMs: minutes(5), at: noon };
    assert.equal(planFor([], { ...missing, absence: long }).effects.length, 1);
    assert.deepEqual(planFor([], { ...missing, absence: { ...long, at: at(-31) } }).effects, []);
  });

  test("of which all rest ask nothing", () => {
    const resting = seen(
      entry("203.0.113.1", { lane: 0, want: "Quarantine", phase: "Quarantined" }),
    );
    const plan = planFor([], { ...missing, orphans: [resting] });
    assert.deepEqual([plan.asks, plan.requeueAt], [[], undefined]);
  });
});

describe("while nobody is known to wish for a deletion", () => {
  const deletionTimestamp = "2026-11-23T11:59:00Z";
  const finalizers = ["proxyfleet.dev/quarantine-addresses"];
  const raw = { ...fleet, metadata: { ...fleet.metadata, finalizers, deletionTimestamp } };
  const deleted = { raw, parsed: parseWhatsAppProxy(raw) };
  const held = {
    kind: "held",
    message: "the CRD is being deleted",
    askAgainAt: undefined,
  } as const;
  const unwished = (deletion: UnwishedDeletion["deletion"]) => [{ object: raw, deletion }];
  const removed = entry("203.0.113.9", { lane: 1, want: "Serve", phase: "Serving" });
  const ends = (given: Partial<ObservedFleet>, entries = [serving]) =>
    planFor(entries, given).effects.filter(
      ({ kind, id }) => kind === "patch" || kind === "delete" || id.startsWith("retire"),
    );
  const statusOf = (given: Partial<ObservedFleet>) => {
    const effect = planFor([serving], given).effects.find(({ kind }) => kind === "status");
    return (effect as unknown as { status: FleetStatus }).status;
  };

  test("a deleted fleet keeps its addresses and its finalizer, and the server is asked", () => {
    const given = { ...deleted, unwished: unwished({ kind: "unconfirmed" }) };
    assert.deepEqual(ends(given), []);
    assert.deepEqual(ends(given, []), [], "nor does one go that has no address");
    assert.ok(planFor([serving], given).asks.some(({ kind }) => kind === "deletion"));
  });

  test("an operator that was just started gives a deleted fleet no address that it would take back", () => {
    const unconfirmed = { ...deleted, unwished: unwished({ kind: "unconfirmed" }) };
    assert.deepEqual(planFor([], unconfirmed).effects, []);
    const claims = planFor([], { ...deleted, unwished: unwished(held) }).effects.filter(({ id }) =>
      id.startsWith("claim"),
    );
    assert.deepEqual(claims, []);
  });

  test("a deleted fleet keeps them for as long as its CRD is being deleted, and says so", () => {
    const given = { ...deleted, unwished: unwished(held) };
    assert.deepEqual(ends(given), []);
    assert.ok(!planFor([serving], given).asks.some(({ kind }) => kind === "deletion"));
    const stalled = statusOf(given).conditions.find(({ type }) => type === "Stalled");
    assert.deepEqual([stalled?.reason, stalled?.message], ["DeletionHeld", held.message]);
  });

  test("its pods and their Deployment are kept as its spec asks, too", () => {
    const ids = planFor([serving], { ...deleted, unwished: unwished(held) }).effects.map(
      ({ id }) => id,
    );
    assert.ok(ids.includes("deployment"), ids.join(", "));
  });

  test("no address goes dark, even one whose drain is over", () => {
    const over = entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" });
    const past = { ...over, spec: { ...over.spec, drainUntil: "2026-11-23T11:00:00Z" } };
    assert.equal(ends({}, [serving, past]).length, 1, "it would otherwise");
    assert.deepEqual(
      ends({ unwished: [{ object: removed, deletion: held }] }, [serving, past]),
      [],
    );
  });

  test("entries without a fleet stay, however long it is gone", () => {
    const gone = { ...missing, absence: { forMs: minutes(60), at: noon } };
    assert.equal(ends(gone, []).length, 1, "they would go otherwise");
    assert.deepEqual(ends({ ...gone, unwished: [{ object: serving, deletion: held }] }, []), []);
  });

  test("and once a person is known to wish for it, the fleet ends", () =>
    assert.deepEqual(
      ends(deleted).map(({ id }) => id),
      ["retire ip-203-0-113-1"],
    ));

  test("CRDs that nobody may read are asked for again", () => {
    const unread = { ...held, askAgainAt: at(30) };
    const plan = planFor([serving], { ...deleted, unwished: unwished(unread) });
    assert.equal(plan.requeueAt, at(30));
  });

  test("which brings the fleet back by its answer, and not again and again until then", () => {
    const due = unwished({ ...held, askAgainAt: at(-1) });
    const plan = planFor([serving], { ...deleted, unwished: due });
    assert.ok(plan.asks.some(({ kind }) => kind === "deletion"));
    assert.ok((plan.requeueAt ?? at(1)) > noon, "it is not queued again at once");
  });
});
