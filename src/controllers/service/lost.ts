import { addressLabel } from "../../manifests/names.ts";
import type { Service } from "../../manifests/objects.ts";
import type { CustomObject } from "../../kube/custom.ts";
import type { Caches } from "../caches.ts";

/** Whether a Service of ours that is not on its way out has no ledger entry, as far as the caches tell. */
export function isLost({ metadata }: Service, { addresses }: Pick<Caches, "addresses">): boolean {
  const name = metadata.labels?.[addressLabel];
  if (name === undefined || metadata.deletionTimestamp !== undefined) return false;
  return !isEntryOf(addresses.get({ name }), metadata.namespace);
}

/** Whether a ledger entry belongs to a fleet of this namespace. */
export function isEntryOf(entry: CustomObject | undefined, namespace: string | undefined): boolean {
  const { claimRef } = (entry?.spec ?? {}) as { claimRef?: { namespace?: unknown } };
  return entry !== undefined && claimRef?.namespace === namespace;
}
