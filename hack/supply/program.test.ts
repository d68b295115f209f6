import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Metafile } from "esbuild";
import { bundleProgram } from "./program.ts";

describe("the program, which each pod of the operator holds in memory", () => {
  const folder = mkdtempSync(join(tmpdir(), "proxyfleet-program-"));
  let inputs: readonly string[];
  let source: string;
  before(async () => {
    const { outputs }: Metafile = await bundleProgram(folder);
    inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
    source = readFileSync(join(folder, "proxyfleet.mjs"), "utf8");
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const unused of [
    "client-node/dist/gen/models/",
    "undici/lib/web/websocket/",
    "undici/lib/mock/",
    "zod/v4/locales/fr.js",
  ]) {
    test(`has nothing of ${unused}`, () =>
      assert.deepEqual(
        inputs.filter((path) => path.includes(unused)),
        [],
      ));
  }

  test("is written in ASCII, so that a letter takes one byte", () =>
    assert.doesNotMatch(source, /[^\0-\x7f]/));

  test("does not make Node load its own fetch", () =>
    assert.doesNotMatch(source, /^import .* from "(node:)?http";$/m));
});
