import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { group } from "../../src/api/names.ts";
import { crdOf } from "../../src/api/crd.ts";
import { kinds } from "../../src/api/kinds.ts";
import { type Manifest, only, podsOf, rendered, titleOf } from "./rendered.ts";

const withCrds = kinds.map(({ plural }) => `CustomResourceDefinition ${plural}.${group}`);
const titles = (manifests: readonly Manifest[]): readonly string[] =>
  manifests.map(titleOf).toSorted();

describe("the chart makes", () => {
  const operator = [
    "ClusterRole proxyfleet",
    "ClusterRole proxyfleet-admin",
    "ClusterRole proxyfleet-operator",
    "ClusterRole proxyfleet-viewer",
    "ClusterRoleBinding proxyfleet",
    "Deployment proxyfleet-system/proxyfleet",
    "NetworkPolicy proxyfleet-system/proxyfleet",
    "PodDisruptionBudget proxyfleet-system/proxyfleet",
    "Role proxyfleet-system/proxyfleet-leader",
    "RoleBinding proxyfleet-system/proxyfleet-leader",
    "ServiceAccount proxyfleet-system/proxyfleet",
  ];
  const without = (...kinds: readonly string[]) =>
    operator.filter((title) => !kinds.some((kind) => title.startsWith(`${kind} `)));
  const cases: Record<string, { values: object; expect: readonly string[] }> = {
    "the CRDs and the operator": { values: {}, expect: [...withCrds, ...operator] },
    "no CRDs where they are switched off": {
      values: { crds: { enabled: false } },
      expect: operator,
    },
    "the namespace for tools that apply by themselves": {
      values: { crds: { enabled: false }, namespace: { create: true } },
      expect: [...operator, "Namespace proxyfleet-system"],
    },
    "only a Deployment where all else is switched off": {
      values: {
        crds: { enabled: false },
        rbac: { create: false },
        serviceAccount: { create: false, name: "mine" },
        networkPolicy: { enabled: false },
        podDisruptionBudget: { enabled: false },
      },
      expect: without(
        "ClusterRole",
        "ClusterRoleBinding",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Role",
        "RoleBinding",
        "ServiceAccount",
      ),
    },
    "a ServiceMonitor, and its Service": {
      values: { crds: { enabled: false }, serviceMonitor: { enabled: true } },
      expect: [
        ...operator,
        "Service proxyfleet-system/proxyfleet-metrics",
        "ServiceMonitor proxyfleet-system/proxyfleet",
      ],
    },
    "a Service for agents where they are served": {
      values: { crds: { enabled: false }, ingestion: { enabled: true } },
      expect: [...operator, "Service proxyfleet-system/proxyfleet-agents"],
    },
    "an export of share pages, with rights where its fleets are": {
      values: {
        crds: { enabled: false },
        shareExport: {
          fleets: [
            { namespace: "a", name: "x" },
            { namespace: "b", name: "x" },
          ],
        },
      },
      expect: [
        ...operator,
        "Deployment proxyfleet-system/proxyfleet-share-export",
        "ServiceAccount proxyfleet-system/proxyfleet-share-export",
        ...["a", "b"].flatMap((namespace) => [
          `Role ${namespace}/proxyfleet-share-export`,
          `RoleBinding ${namespace}/proxyfleet-share-export`,
        ]),
      ],
    },
    "a Service for share pages where they are served": {
      values: { crds: { enabled: false }, pages: { enabled: true } },
      expect: [...operator, "Service proxyfleet-system/proxyfleet-pages"],
    },
    "a Service for the dashboard where it is served": {
      values: { crds: { enabled: false }, dashboard: { enabled: true } },
      expect: [...operator, "Service proxyfleet-system/proxyfleet-dashboard"],
    },
    "rights in each namespace of a list, and to tokens in the operator's own": {
      values: { crds: { enabled: false }, watchNamespaces: ["a"] },
      expect: [
        ...operator,
        ...[
          "a/proxyfleet",
          "proxyfleet-system/proxyfleet-tokens",
          "default/proxyfleet-events",
        ].flatMap((name) => [`Role ${name}`, `RoleBinding ${name}`]),
      ],
    },
    "rights in each namespace of a list, also where it holds the operator's own": {
      values: { crds: { enabled: false }, watchNamespaces: ["a", "proxyfleet-system", "a"] },
      expect: [
        ...operator,
        ...["a/proxyfleet", "proxyfleet-system/proxyfleet", "default/proxyfleet-events"].flatMap(
          (name) => [`Role ${name}`, `RoleBinding ${name}`],
        ),
      ],
    },
  };
  for (const [name, { values, expect }] of Object.entries(cases))
    test(name, async () => assert.deepEqual(titles(await rendered(values)), expect.toSorted()));
});

describe("CRDs", () => {
  const crdsOf = (manifests: readonly Manifest[]) =>
    manifests.filter(({ kind }) => kind === "CustomResourceDefinition");

  test("are those of crds/, and stay on uninstall", async () => {
    const manifests = await rendered();
    for (const kind of kinds) {
      const { spec, metadata } = only(
        manifests,
        "CustomResourceDefinition",
        `${kind.plural}.${group}`,
      );
      assert.deepEqual(spec, JSON.parse(JSON.stringify(crdOf(kind).spec)));
      assert.deepEqual(metadata.annotations, {
        "argocd.argoproj.io/sync-options": "Prune=false",
        "helm.sh/resource-policy": "keep",
      });
    }
  });

  test("go with the release where that is asked for", async () => {
    for (const { metadata } of crdsOf(await rendered({ crds: { keep: false } })))
      assert.equal(metadata.annotations, undefined);
  });
});

test("helm lint finds nothing to fix", () => {
  const project = join(import.meta.dirname, "../..");
  const said = execFileSync(
    join(project, ".tools/helm"),
    ["lint", "--strict", join(project, "charts/proxyfleet")],
    { encoding: "utf8" },
  );
  assert.doesNotMatch(said, /WARNING|ERROR/);
});

test("the chart has the version of the program", () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const chart = parse(read("charts/proxyfleet/Chart.yaml")) as {
    version: string;
    appVersion: string;
  };
  assert.deepEqual([chart.version, chart.appVersion], [version, version]);
});

test("nothing is random, and nothing is asked: the same values give the same text", async () => {
  assert.deepEqual(
    await rendered({ watchNamespaces: ["a", "b"] }),
    await rendered({ watchNamespaces: ["a", "b"] }),
  );
});

test("every object of a namespace names it, so that tools that render need no flag", async () => {
  const clusterWide = [
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "Namespace",
  ];
  for (const manifest of await rendered(
    {
      namespace: { create: true },
      serviceMonitor: { enabled: true },
      ingestion: { enabled: true },
      pages: { enabled: true },
      dashboard: { enabled: true },
    },
    { namespace: "elsewhere" },
  )) {
    if (clusterWide.includes(manifest.kind))
      assert.equal(manifest.metadata.namespace, undefined, titleOf(manifest));
    else assert.equal(manifest.metadata.namespace, "elsewhere", titleOf(manifest));
  }
});

test("common labels and annotations are on every object, and never replace the chart's own", async () => {
  const given = {
    commonLabels: { team: "x", "app.kubernetes.io/name": "other" },
    commonAnnotations: { note: "y" },
  };
  const manifests = await rendered({
    ...given,
    namespace: { create: true },
    serviceMonitor: { enabled: true },
    ingestion: { enabled: true },
    pages: { enabled: true },
    dashboard: { enabled: true },
    watchNamespaces: ["a"],
  });
  for (const manifest of manifests) {
    const { labels, annotations } = manifest.metadata;
    assert.equal(labels["team"], "x", titleOf(manifest));
    assert.equal(labels["app.kubernetes.io/name"], "proxyfleet", titleOf(manifest));
    assert.equal(annotations?.["note"], "y", titleOf(manifest));
  }
  assert.equal(podsOf(manifests).metadata.labels["team"], "x");
});
