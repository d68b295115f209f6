import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { renderBundle } from "../../../tooling/chart/bundle.ts";
import { manifestsOf, podsOf, titleOf } from "../../chart/rendered.ts";
import { programPath } from "../../stand-ins/api-server/program.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const example = join(import.meta.dirname, "../../../examples/kustomize");

test("the Kustomize example changes the images, and nothing else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "proxyfleet-kustomize-"));
  removeAtExit(folder);
  cpSync(example, folder, { recursive: true });
  const bundle = await renderBundle();
  writeFileSync(join(folder, "install.yaml"), bundle);
  const made = manifestsOf(
    execFileSync(programPath("kubectl"), ["kustomize", folder], { encoding: "utf8" }),
  );

  const { containers, ...pod } = podsOf(made).spec;
  assert.equal(containers[0].image, "registry.example.org/proxyfleet/operator:0.1.0");
  assert.deepEqual(pod["imagePullSecrets"], [{ name: "registry" }]);
  const env = new Map(containers[0].env.map(({ name, value }) => [name, value]));
  assert.deepEqual([...env.keys()].toSorted(), ["POD_NAMESPACE", "PROXY_IMAGE"]);
  assert.equal(env.get("PROXY_IMAGE"), "registry.example.org/proxyfleet/proxy:0.1.0");

  const byTitle = (title: string) => made.find((manifest) => titleOf(manifest) === title);
  const original = manifestsOf(bundle);
  assert.equal(made.length, original.length);
  for (const manifest of original.filter(({ kind }) => kind !== "Deployment"))
    assert.deepEqual(byTitle(titleOf(manifest)), manifest);
});
