import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { agrees } from "../../../../src/cli/call/writing-flags.ts";

describe("what takes something away", () => {
  const cases: Record<string, { answer: string; agreed: boolean }> = {
    "is done after a yes": { answer: "yes", agreed: true },
    "is done after a y": { answer: " Y ", agreed: true },
    "is not done after a no": { answer: "no", agreed: false },
    "is not done after an empty line": { answer: "", agreed: false },
    "is not done after anything else": { answer: "yesterday", agreed: false },
  };
  for (const [name, { answer, agreed }] of Object.entries(cases))
    test(name, async () => {
      const questions: string[] = [];
      const ask = async (question: string) => {
        questions.push(question);
        return answer;
      };
      assert.equal(await agrees("Go on?", { isDryRun: false, yes: false, ask }), agreed);
      assert.deepEqual(questions, ["Go on? [y/N] "]);
    });

  test("is done unasked with --yes, and tried unasked with a dry run", async () => {
    assert.ok(await agrees("Go on?", { isDryRun: false, yes: true, ask: undefined }));
    assert.ok(await agrees("Go on?", { isDryRun: true, yes: false, ask: undefined }));
  });

  test("is not done where nobody can be asked", async () => {
    await assert.rejects(agrees("Go on?", { isDryRun: false, yes: false, ask: undefined }), {
      name: "CallError",
      message: "Go on? Nobody can be asked here: add --yes if it may be done",
    });
  });
});
