import { apiVersion } from "../../src/api/names.ts";

/** An object as a person writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The smallest fleet. */
export function fleet(spec: Record<string, unknown> = {}, name = "family"): Manifest {
  const given = { addresses: { pools: [{ name: "metallb-a" }] }, ...spec };
  return {
    apiVersion,
    kind: "WhatsAppProxy",
    metadata: { name, namespace: "default" },
    spec: given,
  };
}

/** A small pool. */
export function pool(spec: Record<string, unknown> = {}, name = "metallb-a"): Manifest {
  const given = { provider: "MetalLB", addresses: ["203.0.113.0/26"], ...spec };
  return { apiVersion, kind: "AddressPool", metadata: { name }, spec: given };
}

/** A ledger entry that serves. */
export function ledgerEntry(spec: Record<string, unknown> = {}, name = "ip-203-0-113-9"): Manifest {
  const claimRef = {
    namespace: "default",
    name: "family",
    uid: "0d6c7f5e-2f0f-4f1c-9a55-0d3c8f3a9f11",
    slot: 0,
  };
  const ports = [
    { name: "chat", port: 443, targetPort: 20_000 },
    { name: "media", port: 587, targetPort: 20_001 },
  ];
  const given = {
    pool: "metallb-a",
    address: "203.0.113.9",
    claimRef,
    lane: 0,
    ports,
    cause: "NewSlot",
    want: "Serve",
    ...spec,
  };
  return { apiVersion, kind: "ProxyAddress", metadata: { name }, spec: given };
}

const collections: Readonly<Record<string, string>> = {
  WhatsAppProxy: "namespaces/default/whatsappproxies",
  AddressPool: "addresspools",
  ProxyAddress: "proxyaddresses",
};

/** Path of the collection that an object goes to. */
export function collectionOf(manifest: Manifest): string {
  return `/apis/${apiVersion}/${collections[manifest.kind] ?? manifest.kind}`;
}
