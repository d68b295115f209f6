import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { marksBeside } from "../../../src/address/io/marks.ts";
import type { CustomObject, Service } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { Ledger } from "../../../src/ledger/ledger.ts";
import { entryObject, parsedEntry } from "../../objects/ledger-entry.ts";
import { serviceObject } from "../../objects/service.ts";

const mark = "metallb.io/ip-allocated-from-pool";
const oldMark = "metallb.universe.tf/ip-allocated-from-pool";
const served = { loadBalancer: { ingress: [{ ip: "203.0.113.10" }] } };

/** A Service of the second address of the pool. */
function second(annotations: Record<string, string>, given: Partial<Service> = {}): Service {
  return serviceObject({
    name: "second",
    metadata: { annotations },
    status: served,
    ...given,
  });
}

function seen(own: Service | undefined, other: Service): readonly string[] {
  const addresses = new Store<CustomObject>();
  const ledger = new Ledger(addresses);
  addresses.replaceAll(
    ["203.0.113.9", "203.0.113.10"].map((address) => entryObject({ address })),
    "1",
  );
  const services = new Store<Service>({ address: () => ["ip-203-0-113-10"] });
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
      metadata: { annotations: { [mark]: "pool" } },
      status: served,
    });
    assert.deepEqual(seen(undefined, elsewhere), []);
  });
});
