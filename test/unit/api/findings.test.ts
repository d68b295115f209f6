import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Finding, conditionsFrom, firstFinding } from "../../../src/api/findings.ts";
import { formatInstant } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";

const finding = (
  status: Finding["status"],
  reason: Finding["reason"] = "Serving",
  message = "because",
): Finding => ({
  status,
  reason,
  message,
});
const before = [
  { type: "Ready", status: "True", lastTransitionTime: formatInstant(at(-3600)) } as const,
];

describe("conditionsFrom", () => {
  test("a status that stays keeps its time, though reason and message change", () => {
    const [ready] = conditionsFrom(
      { Ready: finding("True", "SlotsWithoutAddress", "another text") },
      { before, generation: 7, now: noon },
    );
    assert.deepEqual(ready, {
      type: "Ready",
      status: "True",
      reason: "SlotsWithoutAddress",
      message: "another text",
      lastTransitionTime: formatInstant(at(-3600)),
      observedGeneration: 7,
    });
  });
  test("a status that changes is dated again", () =>
    assert.equal(
      conditionsFrom({ Ready: finding("False") }, { before, generation: 7, now: noon })[0]
        ?.lastTransitionTime,
      formatInstant(noon),
    ));
  test("a type that is new is dated now", () =>
    assert.equal(
      conditionsFrom({ Stalled: finding("True") }, { before, generation: 7, now: noon })[0]
        ?.lastTransitionTime,
      formatInstant(noon),
    ));
  test("a type without a finding is left out", () =>
    assert.deepEqual(
      conditionsFrom({ Ready: undefined }, { before, generation: 7, now: noon }),
      [],
    ));
  test("a message is cut at what the API server takes", () =>
    assert.equal(
      conditionsFrom(
        { Ready: finding("True", "Serving", "x".repeat(40_000)) },
        { before: [], generation: 1, now: noon },
      )[0]?.message.length,
      32_768,
    ));
});

test("the first check with a finding decides", () => {
  const chain = [
    () => undefined,
    () => finding("False", "PodsCrash"),
    () => finding("False", "NoReadyPod"),
  ];
  assert.equal(firstFinding(chain, 0, finding("True")).reason, "PodsCrash");
  assert.equal(firstFinding([() => undefined], 0, finding("True", "Serving")).reason, "Serving");
});
