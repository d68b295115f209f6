import type { ProxyAddress, ProxyAddressSpec } from "../api/proxy-address.ts";
import { apiVersion, fleetLabel, fleetNamespaceLabel, managedBy, slotLabel } from "../api/names.ts";
import type { KubeObject } from "../kubernetes/objects.ts";

export type ProxyAddressManifest = KubeObject & { spec: ProxyAddressSpec };

/** What identifies the kind of a ledger entry. */
export const entryIdentity = { apiVersion, kind: "ProxyAddress" } as const;

/** A lost entry, restored from what its Service says of it. */
export function adoptedManifest({
  metadata: { name },
  spec,
}: Pick<ProxyAddress, "metadata" | "spec">): ProxyAddressManifest {
  return {
    ...entryIdentity,
    metadata: { name, labels: entryLabels(spec.claimRef, spec.claimRef.slot) },
    spec,
  };
}

/** The labels by which a fleet's entries are found. */
export function entryLabels(
  fleet: { readonly namespace: string; readonly name: string },
  slot: number,
): Record<string, string> {
  return {
    ...managedBy,
    [fleetNamespaceLabel]: fleet.namespace,
    [fleetLabel]: fleet.name,
    [slotLabel]: String(slot),
  };
}
