import type { ServicePool } from "../../../src/pool/provider.ts";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { providers as names } from "../../../src/api/address-pool.ts";
import { askProvider, knowsName, providers } from "../../../src/pool/providers.ts";

const aws = "service.beta.kubernetes.io/aws-load-balancer";

function pool(provider: ServicePool["provider"], given: Partial<ServicePool> = {}): ServicePool {
  return {
    provider,
    named: [],
    service: { annotations: {}, labels: {} },
    proxyProtocol: { version: "None", from: [] },
    ...given,
  };
}

function asked(given: ServicePool, address: string | undefined = "203.0.113.9") {
  return askProvider(providers.get(given.provider)!, given, address);
}

const eip = { name: "eipalloc-0a1b2c3d", address: "203.0.113.9", subnet: "subnet-0123" };

describe("what a Service carries so that its provider gives it this very address", () => {
  const cases: Record<
    string,
    { pool: ServicePool; annotations: Record<string, string>; needsNodePorts: boolean }
  > = {
    "MetalLB reads the new key; releases before 0.15 know the old one only": {
      pool: pool("MetalLB"),
      annotations: {
        "metallb.io/loadBalancerIPs": "203.0.113.9",
        "metallb.universe.tf/loadBalancerIPs": "203.0.113.9",
      },
      needsNodePorts: false,
    },
    "Cilium reads the new key; 1.13 and 1.14 know the old one only": {
      pool: pool("Cilium"),
      annotations: {
        "lbipam.cilium.io/ips": "203.0.113.9",
        "io.cilium/lb-ipam-ips": "203.0.113.9",
      },
      needsNodePorts: false,
    },
    "kube-vip reads one key": {
      pool: pool("KubeVip"),
      annotations: { "kube-vip.io/loadbalancerIPs": "203.0.113.9" },
      needsNodePorts: false,
    },
    "AWS takes an allocation ID and its one subnet, and pods as targets": {
      pool: pool("AWS", { named: [eip] }),
      annotations: {
        [`${aws}-type`]: "external",
        [`${aws}-nlb-target-type`]: "ip",
        [`${aws}-scheme`]: "internet-facing",
        [`${aws}-subnets`]: "subnet-0123",
        [`${aws}-eip-allocations`]: "eipalloc-0a1b2c3d",
      },
      needsNodePorts: false,
    },
    "AWS tells the client's address where the pool says so": {
      pool: pool("AWS", {
        named: [{ name: eip.name, address: eip.address }],
        proxyProtocol: { version: "V2", from: ["10.0.0.0/16"] },
      }),
      annotations: {
        [`${aws}-type`]: "external",
        [`${aws}-nlb-target-type`]: "ip",
        [`${aws}-scheme`]: "internet-facing",
        [`${aws}-proxy-protocol`]: "*",
        [`${aws}-eip-allocations`]: "eipalloc-0a1b2c3d",
      },
      needsNodePorts: false,
    },
    "AWS with nodes as targets, its owner's choice, needs node ports and keeps its address": {
      pool: pool("AWS", {
        named: [{ name: eip.name, address: eip.address }],
        service: {
          annotations: {
            [`${aws}-nlb-target-type`]: "instance",
            [`${aws}-eip-allocations`]: "eipalloc-other",
          },
          labels: {},
        },
      }),
      annotations: {
        [`${aws}-type`]: "external",
        [`${aws}-nlb-target-type`]: "instance",
        [`${aws}-scheme`]: "internet-facing",
        [`${aws}-eip-allocations`]: "eipalloc-0a1b2c3d",
      },
      needsNodePorts: true,
    },
    "GKE takes the name of a reserved address": {
      pool: pool("GCP", {
        named: [
          { name: "family-0", address: "203.0.113.8" },
          { name: "family-1", address: "203.0.113.9" },
        ],
      }),
      annotations: {
        "cloud.google.com/l4-rbs": "enabled",
        "networking.gke.io/load-balancer-ip-addresses": "family-1",
      },
      needsNodePorts: true,
    },
    "GKE is asked for nothing where the pool does not list the address": {
      pool: pool("GCP", { named: [{ name: "family-0", address: "203.0.113.8" }] }),
      annotations: { "cloud.google.com/l4-rbs": "enabled" },
      needsNodePorts: true,
    },
    "Azure takes the name of a public IP": {
      pool: pool("Azure", { named: [{ name: "family-1", address: "203.0.113.9" }] }),
      annotations: { "service.beta.kubernetes.io/azure-pip-name": "family-1" },
      needsNodePorts: true,
    },
    "a provider that can't be asked gets what the pool's owner adds, and no more": {
      pool: pool("Assigned", {
        service: { annotations: { "load-balancer.hetzner.cloud/location": "fsn1" }, labels: {} },
      }),
      annotations: { "load-balancer.hetzner.cloud/location": "fsn1" },
      needsNodePorts: true,
    },
  };
  for (const [name, { pool: given, ...expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(asked(given), expect));
});

test("every provider that a pool may name is in the table", () =>
  assert.deepEqual([...providers.keys()].toSorted(), [...names].toSorted()));

test("an address of a pool of names can be asked for only while the pool lists it", () => {
  const named = pool("GCP", {
    named: [
      { name: "family-0", address: "203.0.113.8" },
      { name: "family-1", address: "203.0.113.9" },
    ],
  });
  assert.ok(knowsName(providers.get("GCP")!, named, "203.0.113.9"));
  assert.ok(!knowsName(providers.get("GCP")!, named, "203.0.113.10"));
  assert.ok(knowsName(providers.get("MetalLB")!, pool("MetalLB"), "203.0.113.10"));
});

test("the table in the documentation is the one in the code", () => {
  const yes = (is: boolean) => (is ? "yes" : "no");
  const rows = [...providers].map(([name, row]) => [
    name,
    row.asks === "nothing" ? "no" : `by ${row.asks}`,
    row.addressAnnotations.map((key) => `\`${key}\``).join(", ") || "none",
    yes(row.needsNodePorts),
    row.statusIsHostName ? "a host name" : "an address",
    yes(row.handsBackTheLast),
    yes(row.ignoresChangeInPlace),
  ]);
  const text = readFileSync(new URL("../../../docs/providers/README.md", import.meta.url), "utf8");
  const written = text.split("\n").map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  for (const row of rows)
    assert.ok(
      written.some(
        (cells) =>
          JSON.stringify([cells[0]?.replace(/^\[(\w+)\].*$/, "$1"), ...cells.slice(1)]) ===
          JSON.stringify(row),
      ),
      row.join(" | "),
    );
});
