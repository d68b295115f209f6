import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { conditionReasons, conditionTypes, eventReasons } from "../../../src/api/reasons.ts";

const project = join(import.meta.dirname, "../../..");
const page = readFileSync(join(project, "docs/conditions.md"), "utf8");
const headings = new Set([...page.matchAll(/^### (\w+)$/gm)].map(([, word = ""]) => word));
/** The first cell of each row: the word that the row explains. */
const rows = new Set([...page.matchAll(/^\| `(\w+)` /gm)].map(([, word = ""]) => word));

const catalogue = "src/api/reasons.ts";
const code = globSync("src/**/*.ts", { cwd: project })
  .filter((path) => path !== catalogue)
  .map((path) => readFileSync(join(project, path), "utf8"))
  .join("\n");

describe("docs/conditions.md", () => {
  for (const type of conditionTypes)
    test(`has a chapter on ${type}`, () =>
      assert.ok(
        headings.has(type),
        `write ### ${type} in docs/conditions.md: what it speaks of, and its reasons`,
      ));
  for (const reason of new Set<string>([...conditionReasons, ...eventReasons]))
    test(`explains ${reason}`, () =>
      assert.ok(
        rows.has(reason),
        `write a row for \`${reason}\` in docs/conditions.md: what it means, and what to do`,
      ));
  test("explains no word that the operator does not know", () => {
    const known = new Set<string>([...conditionReasons, ...eventReasons]);
    assert.deepEqual(
      [...rows].filter((word) => !known.has(word)),
      [],
    );
  });
});

describe("the words in src/api/reasons.ts", () => {
  for (const word of new Set<string>([...conditionTypes, ...conditionReasons, ...eventReasons]))
    test(`${word} is used`, () =>
      assert.match(
        code,
        new RegExp(`"${word}"|\\b${word}:`),
        `take ${word} out of ${catalogue} and docs/conditions.md`,
      ));
});
