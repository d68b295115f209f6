import type { KubeObject } from "../kubernetes/objects.ts";
import type { Resource } from "../kubernetes/resource.ts";
import type { Store } from "../kubernetes/store.ts";

/** The cache of a kind, so that the next pass sees what was written; undefined where it has none. */
export type StoreOf = (of: Resource<KubeObject>) => Store<KubeObject> | undefined;
