import { addressLabel } from "../../api/names.ts";
import * as resources from "../../api/resources.ts";
import type { Caches } from "../../cluster/caches.ts";
import { services } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { isEntryOf } from "../../ledger/orphan.ts";

/**
 * Asks the server whether a Service has lost its ledger entry. An entry is made before its Service
 * and goes after it, so a Service that was seen before, and still is there after its entry was found
 * missing, has lost it. What the cache did not have yet is entered there.
 */
export async function isLostForSure(
  { metadata }: Service,
  client: Pick<ApiClient, "get" | "list">,
  { addresses }: Pick<Caches, "addresses">,
): Promise<boolean> {
  const { namespace = "", labels, uid } = metadata;
  const name = labels?.[addressLabel] ?? "";
  const entry = await client.get(resources.addresses, { name });
  if (entry !== undefined) addresses.recordWrite(entry);
  if (isEntryOf(entry, namespace)) return false;
  const labelSelector = `${addressLabel}=${name}`;
  const { items } = await client.list<Service>(services, { namespace, labelSelector });
  return items.some(
    (item) => item.metadata.uid === uid && item.metadata.deletionTimestamp === undefined,
  );
}
