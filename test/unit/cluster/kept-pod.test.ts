import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutSpec } from "../../../src/cluster/kept-pod.ts";
import type { Pod } from "../../../src/kubernetes/objects.ts";

test("of a pod all is kept but its spec", () => {
  const metadata = { name: "family-proxy-0", namespace: "proxies", resourceVersion: "7" };
  const status = {
    phase: "Running",
    podIP: "10.1.2.3",
    conditions: [{ type: "Ready", status: "True" }],
  };
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { containers: [{ name: "proxy" }] },
    status,
  };
  assert.deepEqual(withoutSpec(pod), { apiVersion: "v1", kind: "Pod", metadata, status });
  assert.deepEqual(withoutSpec(withoutSpec(pod)), withoutSpec(pod));
});
