import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestOutcome } from "../../../src/reachability/evidence.ts";
import {
  checkIdOf,
  nodePlace,
  nodesOf,
  resultsOf,
} from "../../../src/reachability/sources/check-host-reading.ts";

const name = "ir1.node.check-host.net";

describe("a node's result", () => {
  const failed = (kind: "TimedOut" | "Refused" | "Reset" | "NoAnswer"): TestOutcome => ({
    kind: "Failed",
    at: "tcp",
    failure: { kind },
  });
  const cases: Record<string, { result: unknown; reads: TestOutcome | "Running" | "NoEvidence" }> =
    {
      "is not there yet": { result: null, reads: "Running" },
      "is missing": { result: undefined, reads: "Running" },
      "is a time, where it connected": {
        result: [{ address: "203.0.113.9", time: 0.019 }],
        reads: { kind: "Worked", upTo: "tcp" },
      },
      "is a time-out": { result: [{ error: "Connection timed out" }], reads: failed("TimedOut") },
      "is a refusal": { result: [{ error: "Connection refused" }], reads: failed("Refused") },
      "is a reset": { result: [{ error: "Connection reset by peer" }], reads: failed("Reset") },
      "is no way there": { result: [{ error: "No route to host" }], reads: failed("NoAnswer") },
      "says nothing where it fails in unknown words": {
        result: [{ error: "Too many open files" }],
        reads: "NoEvidence",
      },
      "says nothing where it is empty": { result: [], reads: "NoEvidence" },
      "says nothing where its form is unknown": { result: { time: 1 }, reads: "NoEvidence" },
    };
  for (const [what, { result, reads }] of Object.entries(cases))
    test(what, () => assert.deepEqual(resultsOf({ [name]: result }, [name])?.get(name), reads));

  test("counts only for nodes that were asked", () =>
    assert.deepEqual(
      [...(resultsOf({ other: [{ time: 1 }] }, [name]) ?? [])],
      [[name, "Running"]],
    ));

  test("can't be read where the whole answer can't", () =>
    assert.equal(resultsOf("<html>", [name]), undefined));
});

test("the nodes of a country are found by their location, whatever their names", () => {
  const nodes = {
    [name]: { asn: "AS1", location: ["ir", "Iran", "Tehran"] },
    "x.node": { asn: "AS2", location: ["ir", "Iran", "Shiraz"] },
    "ir9.node": { asn: "AS1", location: ["de", "Germany", "Berlin"] },
  };
  assert.deepEqual(nodesOf({ nodes }, { country: "IR" }), [name, "x.node"]);
  assert.deepEqual(nodesOf({ nodes }, { country: "IR", asn: 2 }), ["x.node"]);
  assert.equal(nodesOf({ nodes: { odd: {} } }, { country: "IR" }), undefined);
});

test("a check that was not started has no id", () => {
  assert.equal(checkIdOf({ ok: 1, request_id: "4f96e3c5kd18" }), "4f96e3c5kd18");
  assert.equal(checkIdOf({ ok: 0, error: "limit_exceeded" }), undefined);
  assert.equal(checkIdOf({ ok: 1, request_id: "../../nodes" }), undefined);
});

test("a node is called by its first name", () => assert.equal(nodePlace(name), "ir1"));
