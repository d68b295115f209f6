import type { CustomObject, Service } from "../kubernetes/objects.ts";
import { addressLabel } from "../api/names.ts";
import type { ReadStore } from "../kubernetes/store.ts";

/**
 * Whether a Service of ours that is not being deleted has no ledger entry, as far as the caches
 * know.
 */
export function isOrphan(
  { metadata }: Service,
  { addresses }: { readonly addresses: ReadStore<CustomObject> },
): boolean {
  const name = metadata.labels?.[addressLabel];
  if (name === undefined || metadata.deletionTimestamp !== undefined) return false;
  return !isEntryOf(addresses.get({ name }), metadata.namespace);
}

/** Whether a ledger entry belongs to a fleet of this namespace. */
export function isEntryOf(entry: CustomObject | undefined, namespace: string | undefined): boolean {
  const { claimRef } = (entry?.spec ?? {}) as { claimRef?: { namespace?: unknown } };
  return entry !== undefined && claimRef?.namespace === namespace;
}
