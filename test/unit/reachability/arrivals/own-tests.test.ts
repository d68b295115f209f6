import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ownTests } from "../../../../src/reachability/arrivals/own-tests.ts";
import type { TestEvidence, TestOutcome } from "../../../../src/reachability/evidence.ts";
import { monday } from "./steady.ts";

function tested(listener: TestEvidence["listener"], outcome: TestOutcome): TestEvidence {
  return {
    kind: "test",
    address: "203.0.113.9",
    at: monday,
    vantagePoint: "v",
    country: "IR",
    role: "Probe",
    reachesElse: true,
    listener,
    outcome,
  };
}

const failed = (
  at: "tcp" | "tls" | "certificate" | "transfer",
  kind: "TimedOut" | "WrongCertificate",
) => ({ kind: "Failed", at, failure: { kind } }) as const;

describe("a test of ours opens a session on the lane", () => {
  const cases: Record<string, [TestEvidence, number]> = {
    "where it shook hands on chat": [tested("chat", { kind: "Worked", upTo: "tls" }), 1],
    "where it stood still after that": [tested("chat", failed("transfer", "TimedOut")), 1],
    "where it connected to media": [tested("media", { kind: "Worked", upTo: "tcp" }), 1],
    "where its hello was dropped on media": [tested("media", failed("tls", "TimedOut")), 1],
    "but not where it only connected to chat": [tested("chat", { kind: "Worked", upTo: "tcp" }), 0],
    "but not where its hello was dropped on chat": [tested("chat", failed("tls", "TimedOut")), 0],
    "but not where it could not connect": [tested("media", failed("tcp", "TimedOut")), 0],
    "but not where somebody else answered": [
      tested("chat", failed("certificate", "WrongCertificate")),
      0,
    ],
  };
  for (const [name, [evidence, expected]] of Object.entries(cases))
    test(name, () => assert.equal(ownTests([evidence]).get("203.0.113.9") ?? 0, expected));
});

test("tests of one address are summed up", () => {
  const one = tested("chat", { kind: "Worked", upTo: "transfer" });
  const other = { ...one, address: "203.0.113.10" };
  assert.deepEqual(
    [...ownTests([one, other, one])],
    [
      ["203.0.113.9", 2],
      ["203.0.113.10", 1],
    ],
  );
});
