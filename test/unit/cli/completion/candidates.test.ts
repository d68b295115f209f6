import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Completable,
  type Known,
  type Where,
  candidates,
} from "../../../../src/cli/completion/candidates.ts";

const flags = {
  namespace: { short: "n", value: "NAMESPACE", about: "the namespace" },
  output: { short: "o", value: "FORMAT", choices: ["json", "yaml"], about: "for programs" },
  watch: { about: "again" },
  kubeconfig: { value: "FILE", about: "where" },
} as const;

/** The words that may come next, and what the cluster was asked. */
async function complete(operands: Completable["operands"], ...words: readonly string[]) {
  const asked: Where[] = [];
  const note = <T>(where: Where, value: T): T => {
    asked.push(where);
    return value;
  };
  const known: Known = {
    fleets: async (where) => note(where, ["family", "friends", "other"]),
    slots: async (where, fleet) => note(where, fleet === "family" ? 2 : 0),
    addresses: async (where) => note(where, ["203.0.113.9", "198.51.100.7"]),
  };
  const line = { before: words.slice(0, -1), last: words.at(-1) ?? "" };
  const found = await candidates({ operands, flags }, line, known);
  return { words: found.map(({ word }) => word), asked };
}

describe("what may come next", () => {
  const cases: Record<
    string,
    { operands: Completable["operands"]; words: string[]; next: string[] }
  > = {
    "a fleet": { operands: "fleet", words: ["f"], next: ["family", "friends"] },
    "a fleet behind flags": {
      operands: "fleet",
      words: ["-n", "a", "--watch", "o"],
      next: ["other"],
    },
    "a slot behind a fleet": { operands: "slot", words: ["family", ""], next: ["0", "1"] },
    "nothing behind a fleet where no slot is meant": {
      operands: "fleet",
      words: ["family", ""],
      next: [],
    },
    "nothing behind a slot": { operands: "slot", words: ["family", "1", ""], next: [] },
    "an address": { operands: "address", words: ["203"], next: ["203.0.113.9"] },
    "a flag": { operands: "fleet", words: ["--o"], next: ["--output"] },
    "all flags, help included": {
      operands: "none",
      words: ["-"],
      next: ["--namespace", "--output", "--watch", "--kubeconfig", "--help"],
    },
    "a flag's choice": { operands: "fleet", words: ["-o", "y"], next: ["yaml"] },
    "nothing of ours where a flag takes any value": {
      operands: "fleet",
      words: ["-n", "f"],
      next: [],
    },
  };
  for (const [name, { operands, words, next }] of Object.entries(cases))
    test(name, async () => assert.deepEqual((await complete(operands, ...words)).words, next));
});

test("the cluster and the namespace of the line are asked", async () => {
  const { asked } = await complete("fleet", "--namespace=a", "--kubeconfig", "/k", "");
  assert.deepEqual(asked, [{ namespace: "a", kubeconfig: "/k" }]);
  assert.deepEqual((await complete("fleet", "--")).asked, []);
});
