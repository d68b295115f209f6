import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { renderChart } from "../../../hack/chart/render.ts";
import { ApiServer } from "../apiserver.ts";
import { kubectl } from "../crds.ts";

/** Values that people set, each with what it changes. They are installed one after the other, so that each is an upgrade too. */
const matrix: Record<string, object> = {
  "no values": {},
  "one namespace": { watchNamespaces: ["proxies"] },
  "several namespaces, the operator's own among them": { watchNamespaces: ["proxies", "family", "proxyfleet-system", "default"] },
  "one replica, unprotected": { replicas: 1, podDisruptionBudget: { enabled: false }, networkPolicy: { enabled: false } },
  "images by digest, with pull secrets": {
    image: { repository: "registry.example:5000/operator", digest: `sha256:${"0".repeat(64)}` },
    proxyImage: { repository: "registry.example:5000/proxy", tag: "2" },
    imagePullPolicy: "Always",
    imagePullSecrets: [{ name: "registry" }],
  },
  "a place among the nodes": {
    priorityClassName: "system-cluster-critical",
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ key: "own", operator: "Exists", effect: "NoSchedule" }],
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } },
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "rack", whenUnsatisfiable: "ScheduleAnyway" }],
    resources: { limits: { cpu: "1", memory: "1Gi" } },
  },
  "labels, annotations and environment": {
    commonLabels: { team: "x" },
    commonAnnotations: { "example.org/note": "two words: here" },
    podLabels: { "example.org/y": "1" },
    podAnnotations: { "example.org/z": "true" },
    serviceAccount: { name: "mine", annotations: { "example.org/role": "r" } },
    env: [
      { name: "HTTP2", value: "false" },
      { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ],
  },
  "metrics for some": {
    serviceMonitor: { enabled: true, labels: { release: "prometheus" }, interval: "1m" },
    networkPolicy: { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }] },
  },
  "no values, again": {},
};

/** The same text without objects of a kind that is not Kubernetes' own, nor ours. */
function withoutServiceMonitor(text: string): string {
  const documents = text.split(/^---$/m);
  return documents.filter((document) => !document.includes("kind: ServiceMonitor\n")).join("---");
}

describe("the API server takes the chart's objects, with strict validation and not one warning", () => {
  let server: ApiServer;
  before(async () => {
    server = await ApiServer.start();
    for (const name of ["proxyfleet-system", "proxies", "family"]) {
      const labels = { "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted" };
      await apply(JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } }));
    }
  });
  after(async () => server?.stop());

  const apply = async (text: string) => {
    const { code, stderr } = await kubectl(server, ["apply", "--server-side", "--validate=strict", "-f", "-"], text);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  };

  for (const [name, values] of Object.entries(matrix)) test(name, async () => apply(withoutServiceMonitor(await renderChart(values))));
});
