import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { serviceName } from "../../../src/api/names.ts";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { providers } from "../../../src/pool/providers.ts";
import { type ServiceInput, serviceManifest } from "../../../src/address/service.ts";
import { parsedPool } from "../../objects/address-pool.ts";
import { parsedEntry } from "../../objects/ledger-entry.ts";
import { child } from "../proxy/sample.ts";

const metallb = providers.get("MetalLB")!;
const { spec: pool } = parsedPool();
const ports = [
  { name: "chat", port: 443, targetPort: 20_012 },
  { name: "media", port: 587, targetPort: 20_013 },
  { name: "plainChat", port: 5222, targetPort: 20_014 },
];
const { spec } = parsedEntry({ slot: 1, lane: 3, spec: { ports } });
const uid = "0d6c7f5e-2f0f-4f1c-9a55-0d3c8f3a9f11";

function made(given: { address?: string } & Partial<Omit<ServiceInput, "entry">> = {}): Service {
  const { address = "203.0.113.9", ...rest } = given;
  return serviceManifest({
    entry: { name: "ip-203-0-113-9", spec: { ...spec, address } },
    name: serviceName("family", 1, uid),
    owner: child.owner,
    fleet: { externalTrafficPolicy: "Cluster", loadBalancerSourceRanges: [] },
    pool,
    provider: metallb,
    held: false,
    ...rest,
  });
}

describe("the Service of an address", () => {
  test("asks for this very address, in its own family only", () => {
    assert.equal(made().metadata.annotations?.["metallb.io/loadBalancerIPs"], "203.0.113.9");
    assert.partialDeepStrictEqual(made().spec, {
      type: "LoadBalancer",
      ipFamilyPolicy: "SingleStack",
      ipFamilies: ["IPv4"],
    });
    assert.deepEqual(made({ address: "2001:db8::9" }).spec.ipFamilies, ["IPv6"]);
  });

  test("asks for no node ports, unless its provider needs them", () => {
    assert.equal(made().spec.allocateLoadBalancerNodePorts, false);
    assert.ok(
      !(
        "allocateLoadBalancerNodePorts" in
        made({ provider: { ...metallb, needsNodePorts: true } }).spec
      ),
    );
    assert.ok(!(made().spec.ports ?? []).some((port) => "nodePort" in port));
  });

  test("leads from the published ports to its lane's, under names that DNS allows", () =>
    assert.deepEqual(made().spec.ports, [
      { name: "chat", port: 443, targetPort: 20_012, protocol: "TCP" },
      { name: "media", port: 587, targetPort: 20_013, protocol: "TCP" },
      { name: "plain-chat", port: 5222, targetPort: 20_014, protocol: "TCP" },
    ]));

  test("carries what the pool's owner adds, but nothing that goes before our own", () => {
    const crowded = {
      ...pool,
      service: {
        annotations: {
          "example.org/bgp": "community",
          "metallb.io/loadBalancerIPs": "198.51.100.1",
        },
        labels: { lb: "edge", "proxyfleet.dev/slot": "7" },
      },
      loadBalancerClass: "metallb.io/metallb",
    };
    const { metadata, spec: serviceSpec } = made({ pool: crowded });
    assert.partialDeepStrictEqual(metadata.annotations, {
      "example.org/bgp": "community",
      "metallb.io/loadBalancerIPs": "203.0.113.9",
    });
    assert.partialDeepStrictEqual(metadata.labels, {
      lb: "edge",
      "proxyfleet.dev/slot": "1",
      "proxyfleet.dev/address": "ip-203-0-113-9",
    });
    assert.equal(serviceSpec.loadBalancerClass, "metallb.io/metallb");
  });

  test("lets in whom the fleet says, and leaves the field out where that is everybody", () => {
    const fleet = {
      externalTrafficPolicy: "Local",
      loadBalancerSourceRanges: ["10.0.0.0/8"],
    } as const;
    assert.partialDeepStrictEqual(
      made({ fleet: { ...fleet, loadBalancerSourceRanges: [...fleet.loadBalancerSourceRanges] } })
        .spec,
      fleet,
    );
    assert.ok(!("loadBalancerSourceRanges" in made().spec));
  });

  test("belongs to its fleet: it must outlive a lost ledger entry", () =>
    assert.deepEqual(made().metadata.ownerReferences, [child.owner]));

  test("tells its claim, so that a lost ledger entry can be made again", () =>
    assert.deepEqual(
      JSON.parse(made().metadata.annotations?.["proxyfleet.dev/claim"] ?? ""),
      spec,
    ));

  test("leads to the fleet's pods, or to none at all while it only holds an address", () => {
    const pods = { "app.kubernetes.io/name": "whatsapp-proxy", "proxyfleet.dev/fleet": "family" };
    assert.deepEqual(made().spec.selector, pods);
    assert.deepEqual(made({ held: true }).spec.selector, {
      ...pods,
      "proxyfleet.dev/held": "true",
    });
  });

  test("leaves its family to a provider that can't be asked, also once the address is known", () =>
    assert.ok(!("ipFamilies" in made({ provider: providers.get("Assigned")! }).spec)));
});

test("a Service's name tells fleet and slot, and differs for each ledger entry", () => {
  assert.equal(serviceName("family", 1, uid), "family-1-3c8f3a9f11");
  assert.ok(serviceName("f".repeat(40), 63, uid).length <= 63);
});
