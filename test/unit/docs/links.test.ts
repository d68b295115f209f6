import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

const program = join(import.meta.dirname, "../../docs/links.sh");

describe("a page of the documentation", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "proxyfleet-links-"));
    writeFileSync(join(folder, "other.md"), "# Other\n\n## Try it!\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  function check(text: string): { readonly code: number | null; readonly said: string } {
    const page = join(folder, "page.md");
    writeFileSync(page, text);
    const { status, stdout, stderr } = spawnSync(program, [page], { encoding: "utf8" });
    return { code: status, said: stdout + stderr };
  }

  const fine: Record<string, string> = {
    "with links to files and headings":
      "# One page\n\n[here](#one-page) [there](other.md#try-it)\n",
    "that speaks of a link in code": "`[x](nowhere.md)`\n\n```text\n[y](nowhere.md)\n```\n",
    "with a link out of the project": "[x](https://nowhere.invalid/page)\n",
  };
  for (const [name, text] of Object.entries(fine))
    test(`${name} is fine`, () => {
      const { code, said } = check(text);
      assert.equal(code, 0, said);
    });

  const wrong: Record<string, { text: string; said: RegExp }> = {
    "with a link to no file": { text: "[x](nowhere.md)\n", said: /nowhere[.]md .*not found/ },
    "with a link to no heading": { text: "[x](#nowhere)\n", said: /#nowhere .*fragment/ },
    "with a link to no heading of another page": {
      text: "[x](other.md#nowhere)\n",
      said: /other[.]md#nowhere .*fragment/,
    },
  };
  for (const [name, { text, said: expected }] of Object.entries(wrong))
    test(`${name} is named`, () => {
      const { code, said } = check(text);
      assert.notEqual(code, 0);
      assert.match(said, expected);
    });
});
