import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { writeDiagnosis } from "../../../src/runtime/diagnosis.ts";

describe("a diagnosis", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "proxyfleet-diagnosis-"));
  });
  after(async () => rm(folder, { recursive: true }));

  test("is a CPU profile and a heap snapshot that only the owner can read", async () => {
    const files = await writeDiagnosis(folder, "a", async () => undefined);
    assert.deepEqual(files, [join(folder, "a.cpuprofile"), join(folder, "a.heapsnapshot")]);
    for (const file of files) assert.equal((await stat(file)).mode & 0o777, 0o600);
    const [profile = "", heap = ""] = await Promise.all(
      files.map(async (file) => readFile(file, "utf8")),
    );
    assert.ok((JSON.parse(profile) as { nodes: unknown[] }).nodes.length > 0);
    assert.ok((JSON.parse(heap) as { nodes: unknown[] }).nodes.length > 0);
  });

  test("that can't be written says what to do", async () => {
    await assert.rejects(
      writeDiagnosis(join(folder, "missing"), "a", async () => undefined),
      { name: "DiagnosisError", message: /mount a writable volume/ },
    );
  });
});
