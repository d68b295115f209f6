import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const docs = join(import.meta.dirname, "../../../docs");
const page = readFileSync(join(docs, "threat-model.md"), "utf8");
const [, section = ""] = page.split("## Somebody with all rights in one namespace");
const rows = [...(section.split("\n## ")[0] ?? "").matchAll(/^\| (\w+) .*\]\((.*)\) *\|$/gm)];

test("each try of a tenant that the page lists has its test", () => {
  const missing = rows
    .map(([, , path = ""]) => path)
    .filter((path) => !existsSync(join(docs, path)));
  assert.deepEqual(missing, []);
});

test("tries are listed for all that a tenant may be after", () =>
  assert.deepEqual(
    [...new Set(rows.map(([, take]) => take))],
    ["memory", "time", "addresses", "secrets", "names"],
  ));
