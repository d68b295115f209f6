import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutSpec } from "../../../src/cluster/kept-pod.ts";
import { podObject } from "../../objects/pod.ts";

test("of a pod all is kept but its spec", () => {
  const status = {
    phase: "Running",
    podIP: "10.1.2.3",
    conditions: [{ type: "Ready", status: "True" }],
  };
  const metadata = { resourceVersion: "7" };
  const pod = podObject({ metadata, spec: { containers: [{ name: "proxy" }] }, status });
  assert.deepEqual(withoutSpec(pod), podObject({ metadata, status }));
  assert.deepEqual(withoutSpec(withoutSpec(pod)), withoutSpec(pod));
});
