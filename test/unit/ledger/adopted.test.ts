import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptedManifest } from "../../../src/ledger/manifests.ts";
import { parsedEntry } from "../../objects/ledger-entry.ts";

test("an entry that was lost is made again as it was, with the labels by which it is found", () => {
  const { metadata, spec } = parsedEntry({ slot: 2, metadata: { uid: "e1" } });
  assert.deepEqual(adoptedManifest({ metadata, spec }), {
    apiVersion: "proxyfleet.dev/v1alpha1",
    kind: "ProxyAddress",
    metadata: {
      name: "ip-203-0-113-9",
      labels: {
        "app.kubernetes.io/managed-by": "proxyfleet",
        "proxyfleet.dev/fleet-namespace": "proxies",
        "proxyfleet.dev/fleet": "family",
        "proxyfleet.dev/slot": "2",
      },
    },
    spec,
  });
});
