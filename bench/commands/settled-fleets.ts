import { addresses, fleets } from "../../src/api/resources.ts";
import type { ApiClient } from "../../src/kubernetes/client.ts";
import type { CustomObject } from "../../src/kubernetes/objects.ts";
import { fleetObject } from "../../test/objects/fleet.ts";
import { entryObject } from "../../test/objects/ledger-entry.ts";

const since = "2026-11-29T10:00:00Z";
const slots = [0, 1] as const;
const namespace = "default";

/** Makes fleets of two slots, with their ledger and status, as an operator leaves them. */
export async function createSettled(client: ApiClient, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => n);
  const work = async (): Promise<void> => {
    for (let n = numbers.pop(); n !== undefined; n = numbers.pop()) await createFleet(client, n);
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

async function createFleet(client: ApiClient, n: number): Promise<void> {
  const name = `fleet-${n}`;
  const spec = { replicas: 1, addresses: { count: 2, pools: [{ name: "pool-a" }] } };
  const made = await client.create<CustomObject>(
    fleets,
    fleetObject({ name, namespace, spec }),
    "bench",
  );
  const ips = slots.map((slot) => `10.64.${(2 * n + slot) >> 8}.${(2 * n + slot) & 255}`);
  await setStatus(client, fleets, { ...made, status: fleetStatus(ips) });
  for (const slot of slots) {
    const address = ips[slot] ?? "";
    const claimRef = { namespace, name, uid: made.metadata.uid ?? "", slot };
    const entry = await client.create<CustomObject>(
      addresses,
      entryObject({ address, slot, spec: { claimRef } }),
      "bench",
    );
    const conditions = [condition("Verified", "AllPortsAnswer")];
    const status = { phase: "Serving", phaseSince: since, address, conditions };
    await setStatus(client, addresses, { ...entry, status });
  }
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
