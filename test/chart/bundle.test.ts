import assert from "node:assert/strict";
import { test } from "node:test";
import { bundleValues, renderBundle } from "../../tooling/chart/bundle.ts";
import { renderChart } from "../../tooling/chart/render.ts";
import { manifestsOf } from "./rendered.ts";

test("the bundle holds the chart's objects, and no word of Helm", async () => {
  const chart = await renderChart(bundleValues);
  const bundle = await renderBundle();
  assert.doesNotMatch(bundle, /helm/i);
  const marked = ["helm.sh/chart", "app.kubernetes.io/managed-by"];
  const plain = manifestsOf(chart).map((manifest) => {
    const labels = Object.fromEntries(
      Object.entries(manifest.metadata.labels).filter(([name]) => !marked.includes(name)),
    );
    return { ...manifest, metadata: { ...manifest.metadata, labels } };
  });
  assert.deepEqual(manifestsOf(bundle), plain);
});
