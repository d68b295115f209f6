import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  type LeaseStep,
  type LeaseView,
  leaseStep,
  observe,
} from "../../../src/kubernetes/lease-state.ts";
import { type CallFate, Candidate, LeaseSimulation, type ProcessFate } from "./lease-simulation.ts";

const lease = (more: Partial<LeaseView> = {}): LeaseView => ({
  holder: "b",
  resourceVersion: "7",
  durationMs: 15_000,
  transitions: 3,
  ...more,
});

describe("what candidate a does", () => {
  const cases: Record<
    string,
    { lease: LeaseView | undefined; silentMs?: number; expect: LeaseStep }
  > = {
    "makes the lease where there is none": { lease: undefined, expect: { kind: "create" } },
    "waits while b may live": {
      lease: lease(),
      silentMs: 14_999,
      expect: { kind: "wait", holder: "b" },
    },
    "takes the lease once b was silent for the whole of it": {
      lease: lease(),
      silentMs: 15_000,
      expect: { kind: "take", resourceVersion: "7", transitions: 4 },
    },
    "takes a lease that was given back at once": {
      lease: lease({ holder: "", durationMs: 1_000 }),
      expect: { kind: "take", resourceVersion: "7", transitions: 4 },
    },
    "renews its own": {
      lease: lease({ holder: "a" }),
      expect: { kind: "renew", resourceVersion: "7", transitions: 3 },
    },
  };
  for (const [name, { lease, silentMs = 0, expect }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(leaseStep({ lease, since: 100 }, "a", 100 + silentMs), expect),
    );

  test("counts silence from when it first saw this version, not from when it last looked", () => {
    const first = observe(undefined, lease(), 1_000);
    assert.equal(observe(first, lease(), 9_000).since, 1_000);
    assert.equal(observe(first, lease({ resourceVersion: "8" }), 9_000).since, 9_000);
  });
});

const well: CallFate = { there: 5, back: 5, lost: "none" };
const healthy: ProcessFate = { startsAt: 0, stops: [], clockRate: 1, calls: [well] };

describe("two candidates", () => {
  const leaders = (...candidates: readonly Candidate[]): string[] =>
    candidates.filter(({ election }) => election.isLeading).map(({ name }) => name);

  test("the second takes over at once when the first is told to stop", async () => {
    const simulation = new LeaseSimulation();
    const [a, b] = [
      new Candidate("a", simulation, healthy),
      new Candidate("b", simulation, { ...healthy, startsAt: 1_000 }),
    ];
    await simulation.pass(20_000, () => undefined);
    assert.deepEqual(leaders(a, b), ["a"]);
    a.stop.abort();
    await simulation.pass(23_000, () => undefined);
    assert.deepEqual([leaders(a, b), a.ended], [["b"], "stopped"]);
  });

  test("the second takes over when the first stands still, and the first never writes again", async () => {
    const simulation = new LeaseSimulation();
    const a = new Candidate("a", simulation, { ...healthy, stops: [{ from: 10_000, ms: 60_000 }] });
    const b = new Candidate("b", simulation, { ...healthy, startsAt: 1_000 });
    await simulation.pass(10_000 + 15_000 + 2 * 2_200, () => assert.ok(leaders(a, b).length <= 1));
    assert.deepEqual(leaders(a, b), ["b"]);
    await simulation.pass(100_000, () => assert.deepEqual(leaders(a, b), ["b"]));
    assert.equal(a.ended, "lost");
  });

  test("the first goes on after an API server that is silent for a few seconds", async () => {
    const simulation = new LeaseSimulation();
    const calls = [well, well, well, { ...well, lost: "answer" as const }, well, well, well, well];
    const a = new Candidate("a", simulation, { ...healthy, calls });
    const b = new Candidate("b", simulation, { ...healthy, startsAt: 1_000 });
    await simulation.pass(100_000, () => assert.ok(!b.election.isLeading));
    assert.deepEqual(leaders(a, b), ["a"]);
  });

  const callFate = fc.record({
    there: fc.integer({ min: 1, max: 6_000 }),
    back: fc.integer({ min: 1, max: 6_000 }),
    lost: fc.constantFrom(
      "none" as const,
      "none" as const,
      "none" as const,
      "request" as const,
      "answer" as const,
    ),
  });
  const fate = fc.record({
    startsAt: fc.integer({ min: 0, max: 30_000 }),
    stops: fc.array(
      fc.record({
        from: fc.integer({ min: 0, max: 200_000 }),
        ms: fc.integer({ min: 1, max: 40_000 }),
      }),
      { maxLength: 4 },
    ),
    clockRate: fc.double({ min: 0.95, max: 1.05, noNaN: true }),
    calls: fc.array(
      fc.oneof({ weight: 3, arbitrary: fc.constant(well) }, { weight: 1, arbitrary: callFate }),
      {
        minLength: 1,
        maxLength: 20,
      },
    ),
  });

  test("no order of stops, losses and delays makes two lead at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 2, maxLength: 3 }), async (fates) => {
        const simulation = new LeaseSimulation();
        const candidates = fates.map((each, index) => new Candidate(`p${index}`, simulation, each));
        await simulation.pass(300_000, () =>
          assert.ok(
            leaders(...candidates).length <= 1,
            `${leaders(...candidates).join(" and ")} lead at ${simulation.now} ms`,
          ),
        );
      }),
      { numRuns: 60 },
    );
  });
});
