import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stuckAt } from "../../../src/fleet/progress.ts";
import { formatInstant } from "../../../src/values/time.ts";
import { at } from "../rotation/build.ts";

function condition(type: string, status: "True" | "False") {
  return { type, status, reason: "Any", message: "", lastTransitionTime: formatInstant(at(0)) };
}
const reconciling = condition("Reconciling", "True");

describe("a fleet is looked at again, to say that it is stuck,", () => {
  test("ten minutes after its spec changed", () => {
    assert.equal(stuckAt([condition("Ready", "False"), reconciling]), at(600));
  });
  test("not when it is ready: slow pods are no fault", () => {
    assert.equal(stuckAt([condition("Ready", "True"), reconciling]), undefined);
  });
  test("not when it is known to be stuck", () => {
    assert.equal(
      stuckAt([condition("Ready", "False"), reconciling, condition("Stalled", "True")]),
      undefined,
    );
  });
  test("not when its generation is realised", () => {
    assert.equal(stuckAt([condition("Ready", "False")]), undefined);
  });
});
