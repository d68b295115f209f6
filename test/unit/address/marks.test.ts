import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { marksBeside } from "../../../src/address/io/marks.ts";
import type { CustomObject, Service } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { serviceIndexes } from "../../../src/cluster/caches.ts";
import { Ledger } from "../../../src/ledger/ledger.ts";
import { entryObject, parsedEntry } from "../../objects/ledger-entry.ts";
import { serviceObject } from "../../objects/service.ts";

const mark = "metallb.io/ip-allocated-from-pool";
const oldMark = "metallb.universe.tf/ip-allocated-from-pool";
const labels = { "proxyfleet.dev/address": "ip-203-0-113-10" };
const served = { loadBalancer: { ingress: [{ ip: "203.0.113.10" }] } };

/** A Service of the second address of the pool. */
function second(annotations: Record<string, string>, given: Partial<Service> = {}): Service {
  return serviceObject({
    name: "second",
    metadata: { annotations, labels },
    status: served,
    ...given,
  });
}

/** What the first address of the pool sees. */
function seen(own: Service | undefined, other: Service, otherPool = "pool-a"): readonly string[] {
  const addresses = new Store<CustomObject>();
  const ledger = new Ledger(addresses);
  addresses.replaceAll(
    [
      entryObject({ address: "203.0.113.9" }),
      entryObject({ address: "203.0.113.10", spec: { pool: otherPool } }),
    ],
    "1",
  );
  const services = new Store<Service>(serviceIndexes);
  services.replaceAll([other], "1");
  return marksBeside(parsedEntry({ address: "203.0.113.9" }), own, { ledger, services });
}

describe("what shows the version of a load balancer", () => {
  test("is on the address's own Service", () =>
    assert.deepEqual(seen(second({ [oldMark]: "pool" }), second({ [mark]: "pool" })), [oldMark]));

  test("is on another one of the pool, before its own is served", () =>
    assert.deepEqual(seen(undefined, second({ [mark]: "pool", "example.org/x": "y" })), [mark]));

  test("is not on one that was not served: somebody else may have written there", () =>
    assert.deepEqual(seen(undefined, second({ [mark]: "pool" }, { status: {} })), []));

  test("is not on a Service of another namespace that carries the label", () => {
    const elsewhere = serviceObject({
      name: "second",
      namespace: "elsewhere",
      metadata: { annotations: { [mark]: "pool" }, labels },
      status: served,
    });
    assert.deepEqual(seen(undefined, elsewhere), []);
  });

  test("is not on a Service that names an address of another pool", () =>
    assert.deepEqual(seen(undefined, second({ [mark]: "pool" }), "pool-b"), []));
});
