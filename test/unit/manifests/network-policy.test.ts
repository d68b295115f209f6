import assert from "node:assert/strict";
import { test } from "node:test";
import { lanePort } from "../../../src/manifests/lanes.ts";
import { networkPolicyManifest } from "../../../src/manifests/network-policy.ts";
import type { NetworkPolicy } from "../../../src/manifests/objects.ts";
import { child, specOf } from "./sample.ts";

const made = (spec: object = {}): NetworkPolicy => networkPolicyManifest(child, specOf(spec), "proxyfleet-system");

test("anybody may come in on lanes; only the operator's namespace may ask the supervisor", () => {
  const [lanes, supervisor, ...more] = made().spec.ingress;
  assert.deepEqual(lanes, { ports: [{ protocol: "TCP", port: 20_000, endPort: 21_022 }] });
  assert.deepEqual(supervisor, {
    from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "proxyfleet-system" } } }],
    ports: [{ protocol: "TCP", port: 9101 }],
  });
  assert.deepEqual(more, []);
});

test("every lane's ports are among those that may be reached, and no others of the pod", () => {
  const range = made().spec.ingress[0]?.ports?.[0];
  for (const lane of [0, 255])
    for (const name of ["chat", "media", "plainChat"] as const)
      assert.ok(lanePort(lane, name) >= 20_000 && lanePort(lane, name) <= (range?.endPort ?? 0));
});

test("pods may reach DNS and the upstream servers' ports, and nothing else", () => {
  const [dns, upstream, ...more] = made({
    upstream: { chat: { servers: ["a.example:5222", "[2001:db8::1]:443"] }, media: { servers: ["b.example:443"] } },
  }).spec.egress;
  assert.deepEqual(
    dns?.ports?.map(({ protocol, port }) => `${protocol} ${port}`),
    ["UDP 53", "TCP 53"],
  );
  assert.deepEqual(
    upstream?.ports?.map(({ port }) => port),
    [443, 5222],
  );
  assert.deepEqual([more, made().spec.policyTypes], [[], ["Ingress", "Egress"]]);
});
