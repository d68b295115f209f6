import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { renderBundle } from "../../tooling/chart/bundle.ts";
import { renderChart } from "../../tooling/chart/render.ts";
import { removeAtExit } from "../../tooling/scratch-folder.ts";
import { kubeconform, kubernetesVersions } from "./kubeconform.ts";
import { matrix } from "./matrix.ts";

const project = join(import.meta.dirname, "../..");

/** The Kustomize example, as `kubectl apply -k` would apply it. */
function kustomized(bundle: string): string {
  const folder = mkdtempSync(join(tmpdir(), "proxyfleet-kustomize-"));
  removeAtExit(folder);
  cpSync(join(project, "examples/kustomize"), folder, { recursive: true });
  writeFileSync(join(folder, "install.yaml"), bundle);
  return execFileSync(join(project, ".tools/bin/kubectl"), ["kustomize", folder], {
    encoding: "utf8",
  });
}

let texts: Record<string, string>;
before(async () => {
  const bundle = await renderBundle();
  const charts = await Promise.all(
    Object.entries(matrix).map(async ([name, values]) => [
      `chart, ${name}`,
      await renderChart(values),
    ]),
  );
  const examples = globSync("examples/*.yaml", { cwd: project }).map((path) => [
    path,
    readFileSync(join(project, path), "utf8"),
  ]);
  texts = {
    bundle,
    kustomize: kustomized(bundle),
    ...Object.fromEntries([...charts, ...examples]),
  };
});

test("the oldest Kubernetes that the chart allows is checked against, and so is a newer one", () => {
  const chart = readFileSync(join(project, "charts/proxyfleet/Chart.yaml"), "utf8");
  const minors = kubernetesVersions.map((version) => Number(version.split(".")[1]));
  assert.equal(Math.min(...minors), Number(/kubeVersion: ">=1\.(\d+)\.0-0"/.exec(chart)?.[1]));
  assert.ok(minors.length >= 3);
});

for (const version of kubernetesVersions) {
  describe(`Kubernetes ${version}`, () => {
    test("knows every field in the chart, the bundle, the Kustomize example and our examples", () => {
      const { valid, problems } = kubeconform(texts, version);
      assert.deepEqual(problems, []);
      assert.ok(valid > 100, String(valid));
    });

    const faults: Record<string, { from: RegExp; to: string; says: RegExp }> = {
      "a field that does not exist": {
        from: /terminationGracePeriodSeconds:/,
        to: "terminationGraceSeconds:",
        says: /terminationGraceSeconds/,
      },
      "a value of the wrong kind": {
        from: /replicas: 2/,
        to: 'replicas: "2"',
        says: /\/spec\/replicas/,
      },
      "a version of a kind that it does not have": {
        from: /policy\/v1/,
        to: "policy/v1beta1",
        says: /could not find schema/,
      },
    };
    for (const [name, { from, to, says }] of Object.entries(faults)) {
      test(`does not take ${name}`, () => {
        const { problems } = kubeconform(
          { bundle: texts["bundle"]?.replace(from, to) ?? "" },
          version,
        );
        assert.equal(problems.length, 1);
        assert.match(problems[0] ?? "", says);
      });
    }
  });
}
