import { addressLabel } from "../api/names.ts";
import type { CustomObject, Service } from "../kubernetes/objects.ts";
import type { ReadStore } from "../kubernetes/store.ts";
import { claimantOf } from "./traces.ts";

/** Whether a Service of ours that is not being deleted has no ledger entry, as the cache has it. */
export function isOrphan({ metadata }: Service, entries: ReadStore<CustomObject>): boolean {
  const name = metadata.labels?.[addressLabel];
  if (name === undefined || metadata.deletionTimestamp !== undefined) return false;
  return !isEntryOf(entries.get({ name }), metadata.namespace);
}

/** Whether a ledger entry, readable or not, belongs to a fleet of this namespace. */
export function isEntryOf(entry: CustomObject | undefined, namespace: string | undefined): boolean {
  return entry !== undefined && claimantOf(entry)?.namespace === namespace;
}
