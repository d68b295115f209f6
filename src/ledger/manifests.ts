import type { ProxyAddress, ProxyAddressSpec } from "../api/proxy-address.ts";
import { fleetLabel, fleetNamespaceLabel, group, managedBy, slotLabel } from "../api/names.ts";
import type { KubeObject } from "../kubernetes/objects.ts";

export type ProxyAddressManifest = KubeObject & { spec: ProxyAddressSpec };

export const entryIdentity = { apiVersion: `${group}/v1alpha1`, kind: "ProxyAddress" } as const;

/** A lost entry, made again from what its Service tells of it. */
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

/** Labels by which a fleet's entries are found. */
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
