import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { compareResourceVersions, newest } from "../../../src/kubernetes/resource-version.ts";
import {
  collectionPath,
  keyText,
  objectPath,
  parseKey,
  resource,
} from "../../../src/kubernetes/resource.ts";

describe("resource versions", () => {
  test("are ordered as numbers, also those that no double holds", () =>
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 70n }),
        fc.bigInt({ min: 0n, max: 2n ** 70n }),
        (a, b) => {
          const sign = Math.sign(compareResourceVersions(String(a), String(b)));
          assert.equal(sign, Number(a > b) - Number(a < b));
          assert.equal(newest(String(a), String(b)), String(a < b ? b : a));
        },
      ),
    ));
});

describe("paths", () => {
  const services = resource({
    group: "",
    version: "v1",
    kind: "Service",
    plural: "services",
    scope: "Namespaced",
  });
  const pools = resource({
    group: "proxyfleet.dev",
    version: "v1alpha1",
    kind: "AddressPool",
    plural: "addresspools",
    scope: "Cluster",
  });
  const cases: Record<string, { given: string; expect: string }> = {
    "a core kind in all namespaces": {
      given: collectionPath(services),
      expect: "/api/v1/services",
    },
    "a core kind in one namespace": {
      given: collectionPath(services, "proxies"),
      expect: "/api/v1/namespaces/proxies/services",
    },
    "a cluster-scoped kind has no namespace, even if one is named": {
      given: collectionPath(pools, "proxies"),
      expect: "/apis/proxyfleet.dev/v1alpha1/addresspools",
    },
    "a subresource": {
      given: objectPath(services, { namespace: "proxies", name: "a" }, "status"),
      expect: "/api/v1/namespaces/proxies/services/a/status",
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(given, expect));

  test("a key comes back from its text", () => {
    for (const key of [{ name: "a" }, { namespace: "n", name: "a" }])
      assert.deepEqual(parseKey(keyText(key)), key);
  });
});
