import { type WhatsAppProxy, parseWhatsAppProxy } from "../../src/api/fleet.ts";
import type { CustomObject, ObjectMeta } from "../../src/kubernetes/objects.ts";
import { apiVersion, type GivenInNamespace, proxies } from "./metadata.ts";
import { valueOf } from "./parsed.ts";

/** The uid of the fleet that ledger entries name, unless a test says otherwise. */
export const fleetUid = "u1";

/** A WhatsAppProxy, as JSON. */
export interface FleetObject extends CustomObject {
  metadata: ObjectMeta & { namespace: string };
  spec: Record<string, unknown>;
}

interface GivenFleet extends GivenInNamespace {
  /** Goes over the default spec: the one pool `pool-a`. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: object;
}

/** The smallest fleet: `family` in `proxies`, as a person writes it. */
export function fleetObject(given: GivenFleet = {}): FleetObject {
  const { name = "family", namespace = proxies, metadata, spec, ...status } = given;
  return {
    apiVersion,
    kind: "WhatsAppProxy",
    metadata: { name, namespace, ...metadata },
    spec: { addresses: { pools: [{ name: "pool-a" }] }, ...spec },
    ...status,
  };
}

/** The same, as the operator reads it, with all defaults filled in. */
export function parsedFleet(given: GivenFleet = {}): WhatsAppProxy {
  return valueOf(parseWhatsAppProxy(fleetObject(given)));
}
