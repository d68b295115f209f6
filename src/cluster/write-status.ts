import type { CustomObject } from "../kubernetes/objects.ts";
import { covers, pinned } from "../kubernetes/apply.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import type { Resource } from "../kubernetes/resource.ts";
import type { Store } from "../kubernetes/store.ts";

/** Whether two states of a status, or of a part of it, say the same. */
export function isSameStatus(a: unknown, b: unknown): boolean {
  return covers(a, b) && covers(b, a);
}

/**
 * Writes the part of an object's status that a field manager owns, for the newest state that is
 * known of it.
 */
export async function writeStatus(
  client: ApiClient,
  of: Resource<CustomObject>,
  store: Store<CustomObject>,
  raw: CustomObject,
  status: object,
  fieldManager: string,
): Promise<void> {
  const { name, namespace } = raw.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...pinned(store, raw),
  };
  const body = { apiVersion: raw.apiVersion, kind: raw.kind, metadata, status };
  store.recordWrite(await client.apply<CustomObject>(of, body, fieldManager, "status"));
}
