import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Shape, readCall } from "../../../../src/cli/call/flags.ts";

const flags = {
  namespace: { short: "n", value: "NAMESPACE", about: "the namespace" },
  "all-namespaces": { short: "A", about: "all of them" },
  output: { short: "o", value: "FORMAT", choices: ["json", "yaml"], about: "for programs" },
  "dry-run": { value: "KIND", about: "only try" },
} as const;
const shape: Shape<typeof flags> = {
  name: "status",
  operands: "FLEET [SLOT]",
  count: { least: 1, most: 2 },
  about: "Shows what there is.",
  flags,
  exitCodes: "0 once it was shown.",
};
const read = (line: string, program = "proxyfleet") => readCall(shape, line.split(" "), program);

describe("a call", () => {
  const none = {
    namespace: undefined,
    "all-namespaces": false,
    output: undefined,
    "dry-run": undefined,
  };
  const cases: Record<string, { line: string; flags: object; operands: string[] }> = {
    "without flags": { line: "a", flags: none, operands: ["a"] },
    "with flags before, between and behind": {
      line: "-n x a -o json 1 --dry-run=server",
      flags: { ...none, namespace: "x", output: "json", "dry-run": "server" },
      operands: ["a", "1"],
    },
    "with short flags as kubectl takes them": {
      line: "a -An=x",
      flags: { ...none, "all-namespaces": true, namespace: "=x" },
      operands: ["a"],
    },
    "with a short flag and an equals sign": {
      line: "a -n=x",
      flags: { ...none, namespace: "x" },
      operands: ["a"],
    },
    "with an operand that looks like a flag": {
      line: "-- --help",
      flags: none,
      operands: ["--help"],
    },
    "with standard input": { line: "-", flags: none, operands: ["-"] },
  };
  for (const [name, { line, flags: expected, operands }] of Object.entries(cases))
    test(name, () => assert.deepEqual(read(line), { kind: "call", flags: expected, operands }));
});

describe("a call that is wrong says what, and where help is", () => {
  const cases: Record<string, { line: string; message: string }> = {
    "an unknown flag, with the one that was meant": {
      line: "a --namspace x",
      message:
        "unknown option '--namspace' (Did you mean --namespace?): see proxyfleet status --help",
    },
    "a flag without its value": {
      line: "a -n",
      message:
        "option '-n, --namespace <NAMESPACE>' argument missing: see proxyfleet status --help",
    },
    "a value that is none of its choices": {
      line: "a -o wide",
      message:
        "option '-o, --output <FORMAT>' argument 'wide' is invalid. Allowed choices are json, yaml: see proxyfleet status --help",
    },
    "an operand too few": {
      line: "-A",
      message: "FLEET [SLOT] is missing: see proxyfleet status --help",
    },
    "an operand too many": {
      line: "a 1 2",
      message: '"2" is one operand too many: see proxyfleet status --help',
    },
  };
  for (const [name, { line, message }] of Object.entries(cases))
    test(name, () => assert.throws(() => read(line), { name: "CallError", message }));
});

test("help goes before what is wrong, fits into 80 columns, and says how it was called", () => {
  const call = read("--help --nonsense", "kubectl proxyfleet");
  assert.ok(call.kind === "help");
  assert.match(call.text, /^Usage: kubectl proxyfleet status FLEET \[SLOT\] \[flags\]\n/);
  assert.match(call.text, /\n {2}-n, --namespace <NAMESPACE> +the namespace\n/);
  assert.match(call.text, /\nExit code: 0 once it was shown\.\n$/);
  assert.ok(call.text.split("\n").every((line) => line.length <= 80));
});
