import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isMoreThanStatus } from "../../../src/cluster/changes.ts";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";

const owner = { apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "o" };
const before: CustomObject = {
  apiVersion: "example.org/v1",
  kind: "Widget",
  metadata: {
    name: "a",
    uid: "u",
    generation: 1,
    resourceVersion: "1",
    labels: { a: "1" },
    annotations: { b: "1" },
    ownerReferences: [owner],
  },
};
const changed = (metadata: object, rest: object = {}): CustomObject => ({
  ...before,
  ...rest,
  metadata: { ...before.metadata, resourceVersion: "2", ...metadata },
});

describe("more than a status changes", () => {
  const cases: Record<string, CustomObject | undefined> = {
    "where the spec does": changed({ generation: 2 }),
    "where a label does": changed({ labels: {} }),
    "where an annotation does": changed({ annotations: {} }),
    "where the owner goes": changed({ ownerReferences: undefined }),
    "where it is on its way out": changed({ deletionTimestamp: "2026-11-23T12:00:00Z" }),
    "where it is another object": changed({ uid: "v" }),
    "where it is gone": undefined,
  };
  for (const [name, after] of Object.entries(cases))
    test(name, () => assert.ok(isMoreThanStatus({ before, after, own: false })));

  test("and not where only the status does", () =>
    assert.ok(!isMoreThanStatus({ before, after: changed({}, { status: {} }), own: false })));
});
