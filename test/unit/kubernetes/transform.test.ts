import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stripBookkeeping } from "../../../src/kubernetes/transform.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";

const metadata = {
  name: "family-proxy",
  namespace: "proxies",
  resourceVersion: "7",
  labels: { ours: "yes" },
  finalizers: ["ours"],
};
const asSent = (): KubeObject => {
  const annotations = { theirs: "1", "kubectl.kubernetes.io/last-applied-configuration": "{}" };
  const noted = { ...metadata, annotations, managedFields: [{ manager: "kubectl" }] };
  return { apiVersion: "v1", kind: "Thing", metadata: noted };
};
const kept = {
  apiVersion: "v1",
  kind: "Thing",
  metadata: { ...metadata, annotations: { theirs: "1" } },
};

describe("a cache holds an object without the notes of the server and of kubectl", () => {
  const ways: Record<string, (store: Store<KubeObject>) => void> = {
    "that was listed": (store) => store.replaceAll([asSent()], "9"),
    "that a watch brought": (store) => store.recordEvent("ADDED", asSent()),
    "that came as the answer to an own write": (store) => store.recordWrite(asSent()),
  };
  for (const [name, take] of Object.entries(ways)) {
    test(name, () => {
      const store = new Store();
      take(store);
      assert.deepEqual(store.get(metadata), kept);
    });
  }

  test("which changes nothing of what it was given", () => {
    const given = asSent();
    stripBookkeeping(given);
    assert.deepEqual(given, asSent());
  });

  test("which changes nothing when it is done again", () =>
    assert.deepEqual(stripBookkeeping(stripBookkeeping(asSent())), kept));
});
