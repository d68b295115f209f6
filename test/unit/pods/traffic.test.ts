import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TrafficTotals } from "../../../src/pods/traffic.ts";
import type { PodStatus } from "../../../src/pods/status.ts";

/** A pod that has counted this many bytes in on lane 0 for an entry. */
function pod(bytesIn: number, address?: string): PodStatus {
  return {
    revision: "r",
    lanes: [
      {
        lane: 0,
        open: address !== undefined,
        ...(address === undefined ? {} : { address }),
        bytesIn,
      },
    ],
  };
}

const slots: Readonly<Record<string, number>> = { "ip-a": 0, "ip-b": 0, "ip-c": 1 };

/** Bytes in by slot, after a row of answers of one pod. */
function counted(...answers: readonly PodStatus[]): Record<string, number> {
  const totals = new TrafficTotals();
  answers.forEach((answer, index) =>
    totals.count(
      "proxies/family",
      { before: answers[index - 1], after: answer },
      (entry) => slots[entry],
    ),
  );
  return Object.fromEntries([...totals.all()].map(({ slot, traffic }) => [slot, traffic.bytesIn]));
}

describe("what a slot has carried", () => {
  const cases: Record<string, { given: readonly PodStatus[]; expect: Record<string, number> }> = {
    "is what was added since the first answer": {
      given: [pod(100, "ip-a"), pod(130, "ip-a"), pod(150, "ip-a")],
      expect: { 0: 50 },
    },
    "is no more when nothing was added": {
      given: [pod(100, "ip-a"), pod(130, "ip-a"), pod(130, "ip-a")],
      expect: { 0: 30 },
    },
    "is not known from one answer": { given: [pod(100, "ip-a")], expect: {} },
    "goes on when the pod counts from zero again": {
      given: [pod(100, "ip-a"), pod(7, "ip-a")],
      expect: { 0: 7 },
    },
    "goes on when the lane serves the slot's next address, which counts from zero": {
      given: [pod(100, "ip-a"), pod(120, "ip-b")],
      expect: { 0: 120 },
    },
    "is the slot's whose address the lane serves": {
      given: [pod(100, "ip-a"), pod(110, "ip-a"), pod(3, "ip-c")],
      expect: { 0: 10, 1: 3 },
    },
    "is nobody's on a lane that serves no address": {
      given: [pod(100, "ip-a"), pod(200)],
      expect: {},
    },
    "is nobody's for an entry that the ledger does not know": {
      given: [pod(0), pod(9, "ip-z")],
      expect: {},
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(counted(...given), expect));
});

test("bytes that no entry's address brought are counted for no slot", () => {
  const totals = new TrafficTotals();
  totals.count("proxies/family", { before: pod(0), after: pod(9) }, () => 0);
  assert.deepEqual([...totals.all()], []);
});

test("a slot has carried what all lanes that serve it have, each counted by itself", () => {
  const lanes = (...counts: readonly number[]): PodStatus => ({
    revision: "r",
    lanes: counts.map((bytesIn, lane) => ({ lane, open: true, address: "ip-a", bytesIn })),
  });
  assert.deepEqual(counted(lanes(100, 5), lanes(110, 10)), { 0: 15 });
});

test("what was refused is counted like what was taken", () => {
  const totals = new TrafficTotals();
  const refusing = (refused: number): PodStatus => ({
    revision: "r",
    lanes: [{ lane: 0, open: true, address: "ip-a", refused }],
  });
  totals.count("proxies/family", { before: refusing(2), after: refusing(9) }, () => 0);
  assert.deepEqual(
    [...totals.all()].map(({ traffic }) => traffic.refused),
    [7],
  );
});

test("a fleet that is gone leaves no series behind", () => {
  const totals = new TrafficTotals();
  totals.count("proxies/family", { before: pod(0, "ip-a"), after: pod(9, "ip-a") }, () => 0);
  totals.forget("proxies/family");
  assert.deepEqual([...totals.all()], []);
});
