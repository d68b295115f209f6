import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "../../../../src/cli/commands.ts";
import { outputs } from "../../../../src/cli/output/outputs.ts";

test("each command that prints JSON has a schema, and no other", async () => {
  const shapes = await Promise.all(
    Object.entries(commands).map(async ([name, { shape }]) => [name, await shape()] as const),
  );
  const printing = shapes.filter(([, { flags }]) => flags["output"]?.choices?.includes("json"));
  assert.deepEqual(Object.keys(outputs), printing.map(([name]) => name).toSorted());
});
