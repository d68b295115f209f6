import assert from "node:assert/strict";
import { test } from "node:test";
import { renderChart } from "../../hack/chart/render.ts";
import { withoutHelm } from "../../hack/chart/without-helm.ts";
import { manifestsOf } from "./rendered.ts";

const values = { namespace: { create: true }, crds: { keep: false } };

test("the bundle holds the chart's objects, and no word of Helm", async () => {
  const chart = await renderChart(values);
  const bundle = withoutHelm(chart);
  assert.doesNotMatch(bundle, /helm/i);
  const marked = ["helm.sh/chart", "app.kubernetes.io/managed-by"];
  const plain = manifestsOf(chart).map((manifest) => {
    const labels = Object.fromEntries(Object.entries(manifest.metadata.labels).filter(([name]) => !marked.includes(name)));
    return { ...manifest, metadata: { ...manifest.metadata, labels } };
  });
  assert.deepEqual(manifestsOf(bundle), plain);
});
