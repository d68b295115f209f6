import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rivals, rivalryOver } from "../../../src/kubernetes/rivals.ts";

const rivalry = { writers: ["other"], fields: ["spec.replicas"] };
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Sets back what others change at once, for so long (ms). @returns when, in seconds */
function fight(forMs: number, stepMs = second): readonly number[] {
  let now = 0;
  const rivals = new Rivals(() => now);
  const times: number[] = [];
  for (; now <= forMs; now += stepMs)
    if (rivals.waitMs("u") === 0) {
      rivals.setBack("u", rivalry);
      times.push(now / second);
    }
  return times;
}

describe("what others change again and again", () => {
  test("is set back twice at once, and then after pauses that double", () =>
    assert.deepEqual(fight(10 * minute), [0, 1, 31, 91, 211, 451]));

  test("is set back every hour in the end", () => {
    const times = fight(12 * hour, minute);
    assert.ok(times.length < 24, times.join(" "));
    assert.equal((times.at(-1) ?? 0) - (times.at(-2) ?? 0), 3600);
  });

  test("is set back at once after a long peace", () => {
    let now = 0;
    const rivals = new Rivals(() => now);
    for (let n = 0; n < 3; n++) rivals.setBack("u", rivalry);
    assert.equal(rivals.waitMs("u"), minute);
    now = 2 * minute + 1;
    assert.deepEqual([rivals.waitMs("u"), rivals.isAgain("u")], [0, false]);
    rivals.setBack("u", rivalry);
    assert.equal(rivals.waitMs("u"), 0);
  });

  test("is nobody else's object", () => {
    const rivals = new Rivals(() => 0);
    for (let n = 0; n < 3; n++) rivals.setBack("u", rivalry);
    assert.equal(rivals.waitMs("other"), 0);
    rivals.forget("u");
    assert.equal(rivals.waitMs("u"), 0);
  });
});

test("who changed it is read from the server's own notes, and not who wrote its status", () => {
  const desired = {
    apiVersion: "v1",
    kind: "X",
    metadata: { name: "x" },
    spec: { replicas: 2, a: [1], b: "c" },
  };
  const owns = (fields: object) => ({ "f:spec": fields });
  const managedFields = [
    { manager: "ours", fieldsV1: owns({ "f:replicas": {}, "f:b": {} }) },
    { manager: "scaler", subresource: "scale", fieldsV1: owns({ "f:replicas": {} }) },
    { manager: "kubectl-edit", fieldsV1: owns({ "f:a": {} }) },
    { manager: "bystander", fieldsV1: owns({ "f:other": {} }) },
    { manager: "controller", subresource: "status", fieldsV1: owns({ "f:replicas": {} }) },
  ];
  const live = {
    ...desired,
    metadata: { name: "x", managedFields },
    spec: { replicas: 5, a: [1, 2], b: "c" },
  };
  assert.deepEqual(rivalryOver(desired, live, "ours"), {
    writers: ["scaler (scale)", "kubectl-edit"],
    fields: ["spec.replicas", "spec.a"],
  });
});
