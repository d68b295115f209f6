import { addresses, fleets, pools } from "../../src/api/resources.ts";
import type { ApiClient } from "../../src/kubernetes/client.ts";
import type { CustomObject } from "../../src/kubernetes/objects.ts";
import { apiVersion } from "../../src/api/names.ts";
import { ledgerName } from "../../src/ledger/name.ts";

const since = "2026-11-29T10:00:00Z";
const slots = [0, 1] as const;
const namespace = "default";
const pool = "pool-a";

/** Makes a pool, and fleets of two slots in it, with their ledger and status, as an operator leaves them. */
export async function createSettled(client: ApiClient, count: number): Promise<void> {
  await client.create<CustomObject>(
    pools,
    {
      apiVersion,
      kind: "AddressPool",
      metadata: { name: pool },
      spec: { provider: "MetalLB", addresses: ["10.64.0.0/16"] },
    },
    "bench",
  );
  const numbers = Array.from({ length: count }, (_, n) => n);
  const work = async (): Promise<void> => {
    for (let n = numbers.pop(); n !== undefined; n = numbers.pop()) await createFleet(client, n);
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

async function createFleet(client: ApiClient, n: number): Promise<void> {
  const name = `fleet-${n}`;
  const spec = { replicas: 1, addresses: { count: 2, pools: [{ name: pool }] } };
  const made = await client.create<CustomObject>(
    fleets,
    { apiVersion, kind: "WhatsAppProxy", metadata: { name, namespace }, spec },
    "bench",
  );
  const ips = slots.map((slot) => `10.64.${(2 * n + slot) >> 8}.${(2 * n + slot) & 255}`);
  await setStatus(client, fleets, { ...made, status: fleetStatus(ips) });
  for (const slot of slots) {
    const address = ips[slot] ?? "";
    const claimRef = { namespace, name, uid: made.metadata.uid ?? "", slot };
    const entry = await client.create<CustomObject>(addresses, entryOf(address, claimRef), "bench");
    const conditions = [condition("Verified", "AllPortsAnswer")];
    const status = { phase: "Serving", phaseSince: since, address, conditions };
    await setStatus(client, addresses, { ...entry, status });
  }
}

function entryOf(address: string, claimRef: { readonly slot: number }): CustomObject {
  const ports = [
    { name: "chat", port: 443, targetPort: 20_000 + 4 * claimRef.slot },
    { name: "media", port: 587, targetPort: 20_001 + 4 * claimRef.slot },
  ];
  const spec = {
    pool,
    address,
    claimRef,
    lane: claimRef.slot,
    ports,
    cause: "NewSlot",
    want: "Serve",
  };
  return { apiVersion, kind: "ProxyAddress", metadata: { name: ledgerName(address) }, spec };
}

type Kind = Parameters<ApiClient["apply"]>[0];

async function setStatus(client: ApiClient, of: Kind, object: CustomObject): Promise<void> {
  const { apiVersion, kind, metadata, status } = object;
  const { name, namespace: at } = metadata;
  const where = at === undefined ? { name } : { name, namespace: at };
  const change = { apiVersion, kind, metadata: where, status } as CustomObject;
  await client.apply(of, change, { fieldManager: "bench", subresource: "status" });
}

function fleetStatus(ips: readonly string[]): object {
  return {
    observedGeneration: 1,
    replicas: 1,
    readyReplicas: 1,
    serving: "2/2",
    reachable: "2/2",
    slots: ips.map((address, slot) => ({ slot, address, burnt: 0, message: "served" })),
    addresses: ips.map((address, slot) => ({ address, slot, phase: "Serving", since })),
    conditions: ["Ready", "Reachable", "AddressesReady", "ChildrenApplied"].map((type) =>
      condition(type, "AllWell"),
    ),
  };
}

function condition(type: string, reason: string): object {
  const message = "all is as the spec asks for";
  return {
    type,
    status: "True",
    reason,
    message,
    lastTransitionTime: since,
    observedGeneration: 1,
  };
}
