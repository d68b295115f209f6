import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type ReflectorInput,
  type ReflectorState,
  backoffMs,
  initialState,
  nextState,
} from "../../../src/kubernetes/reflector-state.ts";

const listing = (failures = 0, continueToken?: string): ReflectorState => ({
  name: "listing",
  continueToken,
  failures,
});
const watching = (resourceVersion: string, failures = 0): ReflectorState => ({
  name: "watching",
  resourceVersion,
  failures,
});

describe("where a reflector goes next", () => {
  const cases: Record<
    string,
    { from: ReflectorState; input: ReflectorInput; expect: ReflectorState }
  > = {
    "after a page it asks for the next one": {
      from: initialState,
      input: { kind: "page", resourceVersion: "7", continueToken: "more" },
      expect: listing(0, "more"),
    },
    "after the last page it watches from the list's version": {
      from: listing(2, "more"),
      input: { kind: "page", resourceVersion: "7", continueToken: undefined },
      expect: watching("7"),
    },
    "a page that fails is asked for again": {
      from: listing(1, "more"),
      input: { kind: "failed", healthyMs: 0 },
      expect: listing(2, "more"),
    },
    "a list that expires midway starts over": {
      from: listing(1, "more"),
      input: { kind: "expired" },
      expect: listing(2),
    },
    "a watch that the server ends in good order goes on from its last version": {
      from: watching("7", 3),
      input: { kind: "ended", resourceVersion: "12", healthyMs: 240_000 },
      expect: watching("12"),
    },
    "a watch that keeps ending at once counts as failing": {
      from: watching("7", 3),
      input: { kind: "ended", resourceVersion: "7", healthyMs: 10 },
      expect: watching("7", 4),
    },
    "a watch that breaks after a healthy time begins its back-off again": {
      from: watching("7", 9),
      input: { kind: "failed", resourceVersion: "12", healthyMs: 60_000 },
      expect: watching("12", 1),
    },
    "a watch that breaks before any event goes on from where it began": {
      from: watching("7"),
      input: { kind: "failed", healthyMs: 0 },
      expect: watching("7", 1),
    },
    "a refused watch remembers how long the server wished to be left alone": {
      from: watching("7"),
      input: { kind: "failed", healthyMs: 0, retryAfterMs: 5_000 },
      expect: { ...watching("7", 1), retryAfterMs: 5_000 },
    },
    "a refused list does so too, and the wish counts once": {
      from: { ...listing(1, "more"), retryAfterMs: 5_000 },
      input: { kind: "failed", healthyMs: 0 },
      expect: listing(2, "more"),
    },
    "a watch whose version the server no longer has lists again": {
      from: watching("7"),
      input: { kind: "expired" },
      expect: listing(1),
    },
  };
  for (const [name, { from, input, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(nextState(from, input), expect));
});

test("the pause doubles from 0.1 s to 30 s, and is at least half of that", () => {
  const pauses = (random: number): number[] =>
    [0, 1, 2, 3, 9, 10, 50].map((failures) => backoffMs({ failures }, () => random));
  assert.deepEqual(pauses(1), [0, 100, 200, 400, 25_600, 30_000, 30_000]);
  assert.deepEqual(pauses(0), [0, 50, 100, 200, 12_800, 15_000, 15_000]);
});

test("the pause is never shorter than the server's wish, and longer with each failure", () => {
  const pause = (failures: number, retryAfterMs: number) =>
    backoffMs({ failures, retryAfterMs }, () => 0);
  assert.deepEqual([pause(1, 7_000), pause(50, 7_000), pause(1, 30_000)], [7_000, 15_000, 30_000]);
});
