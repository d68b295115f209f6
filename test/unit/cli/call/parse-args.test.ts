import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseArgs as nodeParseArgs } from "node:util";
import { parseArgs } from "../../../../src/cli/call/parse-args.ts";

const options = {
  namespace: { type: "string", short: "n" },
  "no-codes": { type: "boolean", default: false },
  watch: { type: "boolean" },
  output: { type: "string", default: "text" },
  to: { type: "string", multiple: true, default: [] as string[] },
} as const;

describe("flags of commands with a help of their own are read as Node reads them", () => {
  const cases: Record<string, string[]> = {
    none: [],
    operands: ["a", "b"],
    "values, before and behind": ["-n", "x", "a", "--output=json"],
    switches: ["--watch", "--no-codes"],
    "one that comes again": ["--to", "a", "--to=b"],
    "standard input": ["-"],
    "what stands behind two dashes": ["--", "--watch"],
    "a value that looks like a flag": ["--output=-1"],
  };
  for (const [name, args] of Object.entries(cases))
    test(name, () => {
      const expected = nodeParseArgs({ args, options, strict: true, allowPositionals: true });
      const { values, positionals } = parseArgs({
        args,
        options,
        strict: true,
        allowPositionals: true,
      });
      assert.deepEqual({ ...values }, { ...expected.values });
      assert.deepEqual(positionals, expected.positionals);
    });
});

describe("what can't be read is refused", () => {
  const refused: Record<string, { args: string[]; allowPositionals?: boolean; says: RegExp }> = {
    "an unknown flag, with the one that was meant": {
      args: ["--outputs=x"],
      says: /unknown option '--outputs=x' \(Did you mean --output\?\)/,
    },
    "a missing value": { args: ["--output"], says: /argument missing/ },
    "an operand where none is meant": {
      args: ["a"],
      allowPositionals: false,
      says: /too many arguments/,
    },
  };
  for (const [name, { args, allowPositionals = true, says }] of Object.entries(refused))
    test(name, () =>
      assert.throws(() => parseArgs({ args, options, strict: true, allowPositionals }), {
        name: "CallError",
        message: says,
      }),
    );
});
