import { addressIndexes } from "../../../src/cluster/caches.ts";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { liveMeta } from "../../objects/metadata.ts";

/** Caches that a test fills and changes. */
export class LiveCaches {
  readonly fleets = new Store<CustomObject>();
  readonly addresses = new Store<CustomObject>(addressIndexes);
  readonly pools = new Store<CustomObject>();
  #version = 100;

  constructor(...objects: readonly CustomObject[]) {
    for (const object of objects) this.put(object);
  }

  put(object: CustomObject): void {
    this.#storeOf(object).recordEvent("MODIFIED", this.#newer(object));
  }

  remove(object: CustomObject): void {
    this.#storeOf(object).recordEvent("DELETED", this.#newer(object));
  }

  #newer(object: CustomObject): CustomObject {
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    return { ...object, metadata };
  }

  #storeOf({ kind }: CustomObject): Store<CustomObject> {
    if (kind === "WhatsAppProxy") return this.fleets;
    return kind === "AddressPool" ? this.pools : this.addresses;
  }
}

/** A fleet whose words and addresses name its namespace, wherever they can. */
export function markedFleet(namespace: string, number: number): readonly CustomObject[] {
  const name = `fleet-of-${namespace}`;
  const address = `198.51.100.${number}`;
  const uid = `uid-${namespace}`;
  const message = `${address} of ${namespace} is blocked in IR`;
  const slots = [{ slot: 0, address, blockedIn: ["IR"], burnt: 1, message }];
  const lastTransitionTime = "2026-11-29T10:00:00Z";
  const condition = { type: "Reachable", status: "False", reason: "AddressBlocked" };
  return [
    fleetObject({
      namespace,
      name,
      metadata: liveMeta(uid),
      spec: {
        addresses: { count: 1, pools: [{ name: "pool-a" }] },
        audience: { countries: ["IR"] },
      },
      status: {
        readyReplicas: 2,
        slots,
        conditions: [{ ...condition, message, lastTransitionTime }],
      },
    }),
    entryObject({
      address,
      metadata: liveMeta(`uid-${address}`),
      spec: { claimRef: { namespace, name, uid, slot: 0 } },
      status: {
        phase: "Serving",
        phaseSince: "2026-11-29T09:00:00Z",
        reachability: [{ country: "IR", verdict: "Blocked", since: lastTransitionTime, message }],
      },
    }),
  ];
}

export const pool = poolObject({ spec: { addresses: ["198.51.100.0/24"] } });
