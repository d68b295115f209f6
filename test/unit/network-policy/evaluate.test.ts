import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type End, type Flow, type Policy, type PolicyPod, passes } from "./evaluate.ts";

function pod(
  namespace: string,
  labels: Record<string, string> = {},
  { ip = "10.0.0.1", ports = [] }: Partial<Pick<PolicyPod, "ip" | "ports">> = {},
): PolicyPod {
  return {
    kind: "pod",
    namespace: { name: namespace, labels: { name: namespace, tier: "x" } },
    labels,
    ip,
    ports,
  };
}

const host = (ip: string): End => ({ kind: "host", ip });
const policy = (spec: Policy["spec"], namespace = "a"): Policy => ({
  metadata: { name: "p", namespace },
  spec,
});
const ours = pod(
  "a",
  { app: "web" },
  {
    ip: "10.0.0.9",
    ports: [
      { name: "http", containerPort: 8080 },
      { name: "dns", containerPort: 53, protocol: "UDP" },
    ],
  },
);
const inbound = (from: End, port = 80, protocol: Flow["protocol"] = "TCP"): Flow => ({
  from,
  to: ours,
  port,
  protocol,
});

/** Cases of one rule for what comes in to `ours`. */
const ingress: Record<string, { rules: Policy["spec"]["ingress"]; flow: Flow; expect: boolean }> = {
  "no rule: nothing": { rules: [], flow: inbound(pod("a")), expect: false },
  "an empty rule: everything": {
    rules: [{}],
    flow: inbound(host("192.0.2.1"), 9, "UDP"),
    expect: true,
  },
  "empty lists in a rule: everything": {
    rules: [{ from: [], ports: [] }],
    flow: inbound(host("192.0.2.1")),
    expect: true,
  },
  "one of several rules is enough": {
    rules: [{ ports: [{ port: 1 }] }, { ports: [{ port: 80 }] }],
    flow: inbound(pod("a")),
    expect: true,
  },
  "a port without protocol is TCP": {
    rules: [{ ports: [{ port: 80 }] }],
    flow: inbound(pod("a"), 80, "UDP"),
    expect: false,
  },
  "a protocol without port is all its ports": {
    rules: [{ ports: [{ protocol: "UDP" }] }],
    flow: inbound(pod("a"), 7, "UDP"),
    expect: true,
  },
  "endPort is the last port of a range": {
    rules: [{ ports: [{ port: 70, endPort: 80 }] }],
    flow: inbound(pod("a")),
    expect: true,
  },
  "what is above endPort is outside": {
    rules: [{ ports: [{ port: 70, endPort: 79 }] }],
    flow: inbound(pod("a")),
    expect: false,
  },
  "a named port is what the receiving pod calls so": {
    rules: [{ ports: [{ port: "http" }] }],
    flow: inbound(pod("a"), 8080),
    expect: true,
  },
  "a named port is no other port": {
    rules: [{ ports: [{ port: "http" }] }],
    flow: inbound(pod("a"), 80),
    expect: false,
  },
  "a named port has its protocol": {
    rules: [{ ports: [{ port: "dns" }] }],
    flow: inbound(pod("a"), 53),
    expect: false,
  },
  "a podSelector alone means the policy's namespace": {
    rules: [{ from: [{ podSelector: { matchLabels: { app: "db" } } }] }],
    flow: inbound(pod("b", { app: "db" })),
    expect: false,
  },
  "a podSelector picks pods of its namespace": {
    rules: [{ from: [{ podSelector: { matchLabels: { app: "db" } } }] }],
    flow: inbound(pod("a", { app: "db" })),
    expect: true,
  },
  "a namespaceSelector alone means all pods there": {
    rules: [{ from: [{ namespaceSelector: { matchLabels: { name: "b" } } }] }],
    flow: inbound(pod("b")),
    expect: true,
  },
  "an empty namespaceSelector means all namespaces, and no host": {
    rules: [{ from: [{ namespaceSelector: {} }] }],
    flow: inbound(host("192.0.2.1")),
    expect: false,
  },
  "both selectors in one peer must hold": {
    rules: [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { name: "b" } },
            podSelector: { matchLabels: { app: "db" } },
          },
        ],
      },
    ],
    flow: inbound(pod("b", { app: "web" })),
    expect: false,
  },
  "two peers: one of them must hold": {
    rules: [
      {
        from: [
          { namespaceSelector: { matchLabels: { name: "b" } } },
          { podSelector: { matchLabels: { app: "db" } } },
        ],
      },
    ],
    flow: inbound(pod("b", { app: "web" })),
    expect: true,
  },
  "matchExpressions count": {
    rules: [
      {
        from: [
          {
            podSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["db"] }] },
          },
        ],
      },
    ],
    flow: inbound(pod("a", { app: "db" })),
    expect: false,
  },
  "an ipBlock holds its addresses": {
    rules: [{ from: [{ ipBlock: { cidr: "192.0.2.0/24", except: ["192.0.2.128/25"] } }] }],
    flow: inbound(host("192.0.2.127")),
    expect: true,
  },
  "an ipBlock does not hold what it excepts": {
    rules: [{ from: [{ ipBlock: { cidr: "192.0.2.0/24", except: ["192.0.2.128/25"] } }] }],
    flow: inbound(host("192.0.2.128")),
    expect: false,
  },
  "an ipBlock of IPv4 holds no IPv6": {
    rules: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
    flow: inbound(host("2001:db8::1")),
    expect: false,
  },
  "an ipBlock of IPv6 holds its addresses": {
    rules: [{ from: [{ ipBlock: { cidr: "2001:db8::/32" } }] }],
    flow: inbound(host("2001:db8:1::1")),
    expect: true,
  },
  "the pod's own node may always come in": {
    rules: [],
    flow: inbound({ kind: "ownNode" }),
    expect: true,
  },
};

describe("what a policy lets in", () => {
  for (const [name, { rules, flow, expect }] of Object.entries(ingress))
    test(name, () =>
      assert.equal(passes([policy({ podSelector: {}, ingress: rules ?? [] })], flow), expect),
    );
});

/** Cases of which policies count. */
const scopes: Record<string, { policies: readonly Policy[]; flow: Flow; expect: boolean }> = {
  "a pod that no policy selects is free": {
    policies: [
      policy({ podSelector: { matchLabels: { app: "other" } } }),
      policy({ podSelector: {} }, "b"),
    ],
    flow: inbound(pod("a")),
    expect: true,
  },
  "a policy without types and egress rules does not limit what goes out": {
    policies: [policy({ podSelector: {}, ingress: [] })],
    flow: { from: ours, to: host("192.0.2.1"), port: 80 },
    expect: true,
  },
  "a policy without types but with egress rules does": {
    policies: [policy({ podSelector: {}, egress: [{ ports: [{ port: 443 }] }] })],
    flow: { from: ours, to: host("192.0.2.1"), port: 80 },
    expect: false,
  },
  "a policy of type Egress alone does not limit what comes in": {
    policies: [policy({ podSelector: {}, policyTypes: ["Egress"] })],
    flow: inbound(host("192.0.2.1")),
    expect: true,
  },
  "of two policies one is enough": {
    policies: [
      policy({ podSelector: {}, ingress: [] }),
      policy({ podSelector: {}, ingress: [{}] }),
    ],
    flow: inbound(pod("a")),
    expect: true,
  },
  "the sender's policy counts as well as the receiver's": {
    policies: [
      policy({ podSelector: {}, ingress: [{}] }),
      policy({ podSelector: {}, policyTypes: ["Egress"] }, "b"),
    ],
    flow: inbound(pod("b")),
    expect: false,
  },
  "what goes out to a pod is picked by its labels": {
    policies: [
      policy({
        policyTypes: ["Egress"],
        egress: [{ to: [{ namespaceSelector: { matchLabels: { name: "b" } } }] }],
      }),
    ],
    flow: { from: ours, to: pod("b"), port: 1 },
    expect: true,
  },
};

describe("which policies count", () => {
  for (const [name, { policies, flow, expect }] of Object.entries(scopes))
    test(name, () => assert.equal(passes(policies, flow), expect));
});
