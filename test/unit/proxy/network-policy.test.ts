import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lanePort } from "../../../src/ledger/lanes.ts";
import { podSelector } from "../../../src/api/names.ts";
import { networkPolicyManifest } from "../../../src/proxy/network-policy.ts";
import { type End, type Flow, type PolicyPod, passes } from "../network-policy/evaluate.ts";
import { child, specOf } from "./sample.ts";

const spec = specOf({
  upstream: {
    chat: { servers: ["a.example:5222", "[2001:db8::1]:4433"] },
    media: { servers: ["b.example:443"] },
  },
});
const policies = [
  networkPolicyManifest(child, spec, {
    askers: ["proxyfleet-system", "monitoring"],
    privateNetworks: ["10.8.0.0/16"],
  }),
];

function pod(namespace: string, labels: Readonly<Record<string, string>>, ip: string): PolicyPod {
  return {
    kind: "pod",
    namespace: { name: namespace, labels: { "kubernetes.io/metadata.name": namespace } },
    labels,
    ip,
  };
}

const proxy = pod("proxies", podSelector("family"), "10.0.0.1");
const sister = pod("proxies", podSelector("family"), "10.0.0.2");
const otherFleet = pod("proxies", podSelector("friends"), "10.0.0.3");
const operator = pod("proxyfleet-system", { "app.kubernetes.io/name": "proxyfleet" }, "10.0.1.1");
const prometheus = pod("monitoring", {}, "10.0.2.1");
const neighbour = pod("proxies", { app: "web" }, "10.0.0.4");
const dns = pod("kube-system", { "k8s-app": "kube-dns" }, "10.0.3.1");
const phone: End = { kind: "host", ip: "198.51.100.7" };
const phone6: End = { kind: "host", ip: "2001:db8:7::7" };
const whatsapp: End = { kind: "host", ip: "192.0.2.10" };
const whatsapp6: End = { kind: "host", ip: "2001:db8::1" };
const node: End = { kind: "ownNode" };

const lastLane = 255;
const supervisor = 9101;

const mustPass: Record<string, Flow> = {
  "a phone to the first lane": { from: phone, to: proxy, port: lanePort(0, "chat") },
  "a phone with IPv6 to the last lane": {
    from: phone6,
    to: proxy,
    port: lanePort(lastLane, "plainChat"),
  },
  "a phone to media": { from: phone, to: proxy, port: lanePort(17, "media") },
  "the operator to a lane, for the last look before an address is published": {
    from: operator,
    to: proxy,
    port: lanePort(0, "chat"),
  },
  "the operator to the supervisor": { from: operator, to: proxy, port: supervisor },
  "monitoring to the metrics": { from: prometheus, to: proxy, port: supervisor },
  "the kubelet to the probes": { from: node, to: proxy, port: supervisor },
  "a pod to the cluster's DNS": { from: proxy, to: dns, port: 53, protocol: "UDP" },
  "a pod to DNS on its node": { from: proxy, to: node, port: 53, protocol: "UDP" },
  "a pod to DNS over TCP, for long answers": { from: proxy, to: dns, port: 53 },
  "a pod to DNS as OpenShift's listens": { from: proxy, to: dns, port: 5353, protocol: "UDP" },
  "a pod to DNS as OpenShift's listens, over TCP": { from: proxy, to: dns, port: 5353 },
  "a pod to a chat server": { from: proxy, to: whatsapp, port: 5222 },
  "a pod to a chat server with IPv6": { from: proxy, to: whatsapp6, port: 4433 },
  "a pod to a media server": { from: proxy, to: whatsapp, port: 443 },
  "a pod to WhatsApp, through the translation of a cluster with IPv6 only": {
    from: proxy,
    to: { kind: "host", ip: "64:ff9b::c000:20a" },
    port: 443,
  },
  "a pod to a private network that the installation opens": {
    from: proxy,
    to: { kind: "host", ip: "10.8.3.4" },
    port: 443,
  },
};

const mustNotPass: Record<string, Flow> = {
  "a phone to the supervisor": { from: phone, to: proxy, port: supervisor },
  "a neighbour of the namespace to the supervisor": {
    from: neighbour,
    to: proxy,
    port: supervisor,
  },
  "another pod of the fleet to the supervisor": { from: sister, to: proxy, port: supervisor },
  "another fleet to the supervisor": { from: otherFleet, to: proxy, port: supervisor },
  "a phone to a port below the lanes": { from: phone, to: proxy, port: lanePort(0, "chat") - 1 },
  "a phone to a port above the lanes": {
    from: phone,
    to: proxy,
    port: lanePort(lastLane, "plainChat") + 1,
  },
  "a phone to a lane over UDP": {
    from: phone,
    to: proxy,
    port: lanePort(0, "chat"),
    protocol: "UDP",
  },
  "a pod to a web server": { from: proxy, to: whatsapp, port: 80 },
  "a pod to the API server's own port": {
    from: proxy,
    to: { kind: "host", ip: "10.96.0.1" },
    port: 6443,
  },
  "a pod to the kubelet of another node": {
    from: proxy,
    to: { kind: "host", ip: "172.30.0.2" },
    port: 10_250,
  },
  "a pod to the API server's port, where an upstream has that port": {
    from: proxy,
    to: { kind: "host", ip: "10.96.0.1" },
    port: 443,
  },
  "a pod to a cloud's metadata on a port that an upstream has": {
    from: proxy,
    to: { kind: "host", ip: "169.254.169.254" },
    port: 443,
  },
  "a pod to a cloud's metadata over IPv6": {
    from: proxy,
    to: { kind: "host", ip: "fd00:ec2::254" },
    port: 443,
  },
  "a pod to a private network through a translation": {
    from: proxy,
    to: { kind: "host", ip: "64:ff9b::a60:1" },
    port: 443,
  },
  "a pod to another pod that has an upstream's port": { from: proxy, to: neighbour, port: 443 },
  "a pod to a cloud's metadata": {
    from: proxy,
    to: { kind: "host", ip: "169.254.169.254" },
    port: 80,
  },
  "a pod to the upstream's port over UDP": {
    from: proxy,
    to: whatsapp,
    port: 443,
    protocol: "UDP",
  },
  "a pod to another fleet's supervisor": { from: proxy, to: otherFleet, port: supervisor },
  "a pod to another pod's database": { from: proxy, to: neighbour, port: 5432 },
};

describe("a fleet's NetworkPolicy lets pass", () => {
  for (const [name, flow] of Object.entries(mustPass))
    test(name, () => assert.ok(passes(policies, flow)));
});

describe("a fleet's NetworkPolicy stops", () => {
  for (const [name, flow] of Object.entries(mustNotPass))
    test(name, () => assert.ok(!passes(policies, flow)));
});

test("every lane that a fleet can have may be reached, and no port beside them", () => {
  const lanes = Array.from({ length: lastLane + 1 }, (_, lane) => lane);
  for (const lane of lanes)
    for (const name of ["chat", "media", "plainChat"] as const)
      assert.ok(
        passes(policies, { from: phone, to: proxy, port: lanePort(lane, name) }),
        `lane ${lane}, ${name}`,
      );
});

test("without monitoring only the operator's namespace reads metrics", () => {
  const alone = [
    networkPolicyManifest(child, spec, { askers: ["proxyfleet-system"], privateNetworks: [] }),
  ];
  assert.ok(passes(alone, { from: operator, to: proxy, port: supervisor }));
  assert.ok(!passes(alone, { from: prometheus, to: proxy, port: supervisor }));
});
