import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import packageJson from "../../package.json" with { type: "json" };
import { objectsOf } from "../../src/pulumi/chart/objects.ts";
import { readValues } from "../../src/pulumi/chart/read-values.ts";
import { matrix } from "./matrix.ts";
import { type Manifest, rendered, titleOf } from "./rendered.ts";

const { version } = packageJson;
const where = { namespace: "proxyfleet-system", release: "fleets" };

/** What Pulumi makes of the values, as YAML would have it. */
function pulumiObjects(values: object): Map<string, Manifest> {
  const objects = objectsOf({ values: readValues(values), ...where, version });
  return byTitle(JSON.parse(JSON.stringify(objects)) as Manifest[]);
}

/**
 * What Helm makes of them, without its own and Argo CD's marks: Pulumi says by itself that it
 * manages an object, and that it keeps a CRD.
 */
async function helmObjects(values: object): Promise<Map<string, Manifest>> {
  return byTitle((await rendered(values, where)).map(withoutHelm));
}

function withoutHelm(manifest: Manifest): Manifest {
  const { "helm.sh/chart": _chart, ...labels } = manifest.metadata.labels;
  const given = manifest.metadata.annotations ?? {};
  const {
    "helm.sh/resource-policy": _policy,
    "argocd.argoproj.io/sync-options": _options,
    ...annotations
  } = given;
  const { annotations: _, ...metadata } = manifest.metadata;
  return {
    ...manifest,
    metadata: {
      ...metadata,
      labels: { ...labels, "app.kubernetes.io/managed-by": "Pulumi" },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}

const byTitle = (manifests: readonly Manifest[]) =>
  new Map(manifests.map((each) => [titleOf(each), each] as const));

async function assertEqual(values: object): Promise<void> {
  const [ours, helms] = [pulumiObjects(values), await helmObjects(values)];
  assert.deepEqual([...ours.keys()].toSorted(), [...helms.keys()].toSorted());
  for (const [title, manifest] of helms) assert.deepEqual(ours.get(title), manifest, title);
}

describe("Pulumi installs the objects that Helm installs, with", () => {
  for (const [name, values] of Object.entries(matrix)) test(name, async () => assertEqual(values));

  test("any values", async () => {
    await fc.assert(fc.asyncProperty(anyValues, assertEqual), { numRuns: 10 });
  });
});

const key = fc.constantFrom(
  "team",
  "example.org/note",
  "app.kubernetes.io/name",
  "app.kubernetes.io/version",
);
// No empty texts: Helm's `merge` takes one for a value that was not set.
const texts = fc.dictionary(key, fc.constantFrom("x", "two words", "true", "1"), { maxKeys: 3 });
const image = fc.record(
  {
    repository: fc.constantFrom("operator", "localhost:5000/operator"),
    tag: fc.constantFrom("", "1.2", "latest"),
    digest: fc.constantFrom("", `sha256:${"a".repeat(64)}`),
  },
  { requiredKeys: [] },
);
const quantity = fc.constantFrom("1", "250m", "1Gi");
const amounts = fc.record({ cpu: quantity, memory: fc.option(quantity) }, { requiredKeys: [] });
const switchable = fc.record({ enabled: fc.boolean() }, { requiredKeys: [] });

/** Values that people may set, any of them missing. */
const anyValues = fc.record(
  {
    image,
    proxyImage: image,
    imagePullPolicy: fc.constantFrom("Always", "Never"),
    imagePullSecrets: fc.array(fc.record({ name: fc.constantFrom("a", "b") }), { maxLength: 2 }),
    crds: fc.record({ enabled: fc.boolean(), keep: fc.boolean() }, { requiredKeys: [] }),
    namespace: fc.record({ create: fc.boolean() }),
    watchNamespaces: fc.array(fc.constantFrom("a", "b", "proxyfleet-system"), { maxLength: 3 }),
    monitoringNamespaces: fc.array(fc.constantFrom("monitoring", "prometheus"), { maxLength: 3 }),
    fixedUid: fc.boolean(),
    replicas: fc.integer({ min: 0, max: 10 }),
    logLevel: fc.constantFrom("debug", "warn"),
    workers: fc.integer({ min: 1, max: 64 }),
    rollouts: fc.record({ hold: fc.boolean(), percent: fc.integer({ min: 1, max: 100 }) }),
    env: fc.array(
      fc.record({ name: fc.constantFrom("HTTP2", "X"), value: fc.constantFrom("", "false", "1") }),
      { maxLength: 2 },
    ),
    resources: fc.record({ requests: amounts, limits: amounts }, { requiredKeys: [] }),
    priorityClassName: fc.constantFrom("", "important"),
    nodeSelector: texts,
    tolerations: fc.array(fc.constant({ key: "own", operator: "Exists" }), { maxLength: 1 }),
    affinity: fc.constantFrom({}, { nodeAffinity: {} }),
    topologySpreadConstraints: fc.array(
      fc.constantFrom(
        { maxSkew: 1, topologyKey: "rack", whenUnsatisfiable: "DoNotSchedule" },
        {
          maxSkew: 2,
          topologyKey: "row",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { a: "b" } },
        },
      ),
      { maxLength: 2 },
    ),
    commonLabels: texts,
    commonAnnotations: texts,
    podLabels: texts,
    podAnnotations: texts,
    serviceAccount: fc.record(
      { create: fc.boolean(), name: fc.constantFrom("proxyfleet", "mine"), annotations: texts },
      { requiredKeys: [] },
    ),
    rbac: fc.record({ create: fc.boolean(), aggregate: fc.boolean() }),
    podDisruptionBudget: switchable,
    networkPolicy: fc.record(
      { enabled: fc.boolean(), from: fc.array(fc.constant({ podSelector: {} }), { maxLength: 1 }) },
      { requiredKeys: [] },
    ),
    ingestion: fc.record(
      {
        enabled: fc.boolean(),
        port: fc.integer({ min: 1024, max: 65_535 }),
        addresses: fc.array(fc.constantFrom("203.0.113.9:8443", "probe.example.org"), {
          maxLength: 2,
        }),
        elsewhere: fc.array(fc.constantFrom("www.example.org"), { maxLength: 2 }),
        certificateSecret: fc.constantFrom("", "agents-tls"),
        service: fc.record(
          {
            type: fc.constantFrom("ClusterIP", "LoadBalancer"),
            port: fc.integer({ min: 1, max: 65_535 }),
            annotations: texts,
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
    pages: fc.record(
      {
        enabled: fc.boolean(),
        port: fc.integer({ min: 1024, max: 65_535 }),
        certificateSecret: fc.constantFrom("", "pages-tls"),
        service: fc.record(
          {
            type: fc.constantFrom("ClusterIP", "LoadBalancer"),
            port: fc.integer({ min: 1, max: 65_535 }),
            annotations: texts,
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
    dashboard: fc.record(
      {
        enabled: fc.boolean(),
        port: fc.integer({ min: 1024, max: 65_535 }),
        certificateSecret: fc.constantFrom("", "dashboard-tls"),
        from: fc.constantFrom([], [{ podSelector: {} }]),
        service: fc.record(
          {
            type: fc.constantFrom("ClusterIP", "LoadBalancer"),
            port: fc.integer({ min: 1, max: 65_535 }),
            annotations: texts,
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
    podMonitor: fc.record(
      { enabled: fc.boolean(), labels: texts, interval: fc.constantFrom("1m", "15s") },
      { requiredKeys: [] },
    ),
    prometheusRule: fc.record(
      { enabled: fc.boolean(), labels: texts, poolLow: fc.integer({ min: 1, max: 99 }) },
      { requiredKeys: [] },
    ),
    serviceMonitor: fc.record(
      { enabled: fc.boolean(), labels: texts, interval: fc.constantFrom("1m", "15s") },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
