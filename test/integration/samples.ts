import { type PoolObject, poolObject } from "../objects/address-pool.ts";
import { type FleetObject, fleetObject } from "../objects/fleet.ts";
import { type EntryObject, entryObject } from "../objects/ledger-entry.ts";
import { apiVersion } from "../objects/metadata.ts";
import { type VantagePointObject, vantagePointObject } from "../objects/vantage-point.ts";

/** An object as a person writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The smallest fleet, in the namespace that every API server has. */
export function fleet(spec: Record<string, unknown> = {}, name = "family"): Manifest {
  const addresses = { pools: [{ name: "metallb-a" }] };
  return manifest(fleetObject({ name, namespace: "default", spec: { addresses, ...spec } }));
}

/** The pool that it takes addresses from. */
export function pool(spec: Record<string, unknown> = {}, name = "metallb-a"): Manifest {
  return manifest(poolObject({ name, spec }));
}

/** A ledger entry of that fleet and pool that serves. */
export function ledgerEntry(spec: Record<string, unknown> = {}, name = "ip-203-0-113-9"): Manifest {
  const uid = "0d6c7f5e-2f0f-4f1c-9a55-0d3c8f3a9f11";
  const claimRef = { namespace: "default", name: "family", uid, slot: 0 };
  return manifest(entryObject({ name, spec: { pool: "metallb-a", claimRef, ...spec } }));
}

/** A vantage point that measures from the country of most samples. */
export function vantagePoint(spec: Record<string, unknown> = {}, name = "globalping-ir"): Manifest {
  return manifest(vantagePointObject({ name, spec }));
}

function manifest(object: FleetObject | PoolObject | EntryObject | VantagePointObject): Manifest {
  return { ...object, metadata: { ...object.metadata } };
}

const collections: Readonly<Record<string, string>> = {
  WhatsAppProxy: "namespaces/default/whatsappproxies",
  AddressPool: "addresspools",
  ProxyAddress: "proxyaddresses",
  VantagePoint: "vantagepoints",
};

/** Path of the collection that an object goes to. */
export function collectionOf(manifest: Manifest): string {
  return `/apis/${apiVersion}/${collections[manifest.kind] ?? manifest.kind}`;
}
