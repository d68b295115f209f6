import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ProxyfleetError, explainError } from "../../../src/values/errors.ts";

class StepError extends ProxyfleetError {}

test("an error has the name of the step that failed", () =>
  assert.equal(String(new StepError("no")), "StepError: no"));

describe("what went wrong, in one line", () => {
  const cases: Record<string, { given: unknown; expect: string }> = {
    "is the message of an error": { given: new Error("no answer"), expect: "no answer" },
    "has all causes behind it": {
      given: new StepError("step failed", {
        cause: new Error("no answer", { cause: "cable cut" }),
      }),
      expect: "step failed: no answer: cable cut",
    },
    "is the text of anything else that was thrown": { given: 7, expect: "7" },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(explainError(given), expect));
});
