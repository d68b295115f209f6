import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import {
  type End,
  type Flow,
  type Policy,
  type PolicyPod,
  passes,
} from "../unit/network-policy/evaluate.ts";
import { type Manifest, only, podsOf, rendered } from "./rendered.ts";

function pod(namespace: string, labels: Readonly<Record<string, string>> = {}): PolicyPod {
  return {
    kind: "pod",
    namespace: { name: namespace, labels: { "kubernetes.io/metadata.name": namespace } },
    labels,
    ip: "10.0.0.1",
  };
}

/** The operator's pod as its Deployment makes it, with the ports that it names. */
function operatorPod(manifests: readonly Manifest[]): PolicyPod {
  const { metadata, spec } = podsOf(manifests);
  const [{ ports }] = spec.containers as unknown as [{ ports: NonNullable<PolicyPod["ports"]> }];
  return { ...pod("proxyfleet-system", metadata.labels), ports };
}

const prometheus = pod("monitoring");
const stranger = pod("elsewhere");
const beside = pod("proxyfleet-system");
const node: End = { kind: "ownNode" };
const outside: End = { kind: "host", ip: "198.51.100.7" };

/** The operator's policy, and its pod, for these values. */
async function stage(
  values: object,
): Promise<{ policies: readonly Policy[]; operator: PolicyPod }> {
  const manifests = await rendered(values, { namespace: "proxyfleet-system" });
  return {
    policies: [only(manifests, "NetworkPolicy") as unknown as Policy],
    operator: operatorPod(manifests),
  };
}

type Table = Record<string, { flow: (operator: PolicyPod) => Flow; expect: boolean }>;

const always: Table = {
  "probes come from the node": { flow: (to) => ({ from: node, to, port: 8081 }), expect: true },
  "no other port may be reached": {
    flow: (to) => ({ from: prometheus, to, port: 9229 }),
    expect: false,
  },
  "nor that port over UDP": {
    flow: (to) => ({ from: prometheus, to, port: 8081, protocol: "UDP" }),
    expect: false,
  },
  "the operator reaches the API server, wherever it is": {
    flow: (from) => ({ from, to: outside, port: 6443 }),
    expect: true,
  },
  "the operator reaches proxy pods": {
    flow: (from) => ({ from, to: stranger, port: 9101 }),
    expect: true,
  },
  "pods beside the operator are not touched": {
    flow: () => ({ from: outside, to: beside, port: 80 }),
    expect: true,
  },
};

const stages: Record<string, { values: object; table: Table }> = {
  "by default": {
    values: {},
    table: {
      ...always,
      "no agent may come": {
        flow: (to) => ({ from: outside, to, port: 8443 }),
        expect: false,
      },
      "nobody may ask for a page": {
        flow: (to) => ({ from: outside, to, port: 8082 }),
        expect: false,
      },
      "anybody in reach may scrape": {
        flow: (to) => ({ from: stranger, to, port: 8081 }),
        expect: true,
      },
    },
  },
  "where agents are served, whoever may scrape": {
    values: {
      ingestion: { enabled: true },
      networkPolicy: { from: [{ namespaceSelector: { matchLabels: { none: "such" } } }] },
    },
    table: {
      ...always,
      "an agent from anywhere may come": {
        flow: (to) => ({ from: outside, to, port: 8443 }),
        expect: true,
      },
      "another replica may hand on what it took": {
        flow: (to) => ({ from: beside, to, port: 8443 }),
        expect: true,
      },
      "an agent may not scrape": {
        flow: (to) => ({ from: outside, to, port: 8081 }),
        expect: false,
      },
    },
  },
  "where pages are served, whoever may scrape": {
    values: {
      pages: { enabled: true },
      networkPolicy: { from: [{ namespaceSelector: { matchLabels: { none: "such" } } }] },
    },
    table: {
      ...always,
      "anybody may open a page": {
        flow: (to) => ({ from: outside, to, port: 8082 }),
        expect: true,
      },
      "another replica may hand on what people reported": {
        flow: (to) => ({ from: beside, to, port: 8082 }),
        expect: true,
      },
      "nobody may scrape by that": {
        flow: (to) => ({ from: outside, to, port: 8081 }),
        expect: false,
      },
    },
  },
  "where the dashboard is served, whoever may scrape": {
    values: {
      dashboard: { enabled: true },
      networkPolicy: { from: [{ namespaceSelector: { matchLabels: { none: "such" } } }] },
    },
    table: {
      ...always,
      "anybody may open it": {
        flow: (to) => ({ from: outside, to, port: 8083 }),
        expect: true,
      },
      "nobody may scrape by that": {
        flow: (to) => ({ from: outside, to, port: 8081 }),
        expect: false,
      },
    },
  },
  "where the dashboard is for some namespaces": {
    values: {
      dashboard: {
        enabled: true,
        from: [{ namespaceSelector: { matchLabels: { none: "such" } } }],
      },
    },
    table: {
      "nobody else may open it": {
        flow: (to) => ({ from: outside, to, port: 8083 }),
        expect: false,
      },
    },
  },
  "with the monitoring's namespace named": {
    values: {
      networkPolicy: {
        from: [
          { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } },
        ],
      },
    },
    table: {
      ...always,
      "monitoring may scrape": {
        flow: (to) => ({ from: prometheus, to, port: 8081 }),
        expect: true,
      },
      "another namespace may not": {
        flow: (to) => ({ from: stranger, to, port: 8081 }),
        expect: false,
      },
      "somebody outside may not": {
        flow: (to) => ({ from: outside, to, port: 8081 }),
        expect: false,
      },
    },
  },
};

for (const [name, { values, table }] of Object.entries(stages))
  describe(`the operator's NetworkPolicy, ${name}`, () => {
    let staged: Awaited<ReturnType<typeof stage>>;
    before(async () => {
      staged = await stage(values);
    });
    for (const [sentence, { flow, expect }] of Object.entries(table))
      test(sentence, () => assert.equal(passes(staged.policies, flow(staged.operator)), expect));
  });
