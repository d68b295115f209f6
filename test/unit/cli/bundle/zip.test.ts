import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { zipped } from "../../../../src/cli/bundle/zip.ts";
import { removeAtExit } from "../../../../tooling/scratch-folder.ts";
import { unzipped } from "./unzipped.ts";

const noon = new Date("2026-11-29T12:00:00Z");

test("an archive holds what was put into it", () =>
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), (contents) => {
      const files = contents.map((content, at) => ({ name: `folder/${at}.json`, content }));
      assert.deepEqual(
        [...unzipped(zipped(files, noon))],
        files.map(({ name, content }) => [name, content]),
      );
    }),
  ));

test("other people's programs unpack it, with times and rights", () => {
  const folder = mkdtempSync(join(tmpdir(), "proxyfleet-zip-"));
  removeAtExit(folder);
  const file = join(folder, "a.zip");
  writeFileSync(file, zipped([{ name: "logs/a.log", content: "line\n".repeat(1000) }], noon));
  execFileSync("python3", ["-m", "zipfile", "-t", file]);
  execFileSync("python3", [
    "-c",
    `import zipfile; z = zipfile.ZipFile("${file}"); i = z.infolist()[0]; assert i.date_time == (2026, 11, 29, 12, 0, 0), i.date_time; assert i.external_attr >> 16 == 0o100600; z.extractall("${folder}")`,
  ]);
  assert.equal(readFileSync(join(folder, "logs/a.log"), "utf8"), "line\n".repeat(1000));
  assert.ok(statSync(file).size < 500);
});
