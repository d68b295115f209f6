import type { LiveMeta } from "../../src/api/kind.ts";
import type { ObjectMeta } from "../../src/kubernetes/objects.ts";

// What tests start from: objects as a person, a controller or the API server writes them, each kind
// in a file of its own. All but what a test is about has a default that the API server accepts.

/** Our API group and version, as manifests name it. */
export const apiVersion = "proxyfleet.dev/v1alpha1";

/** Where these objects live, unless a test says otherwise. */
export const proxies = "proxies";

/** What a test may say of any object; the rest has its defaults. */
export interface Given {
  readonly name?: string;
  /** More metadata, or other. */
  readonly metadata?: Partial<ObjectMeta>;
}

/** What a test may say of an object in a namespace. */
export interface GivenInNamespace extends Given {
  readonly namespace?: string;
}

/** What the API server adds to the metadata of every object. */
export function liveMeta(
  uid: string,
  given: Partial<ObjectMeta> = {},
): Omit<LiveMeta, "name"> & Partial<ObjectMeta> {
  const creationTimestamp = "2026-11-23T10:00:00Z";
  return { uid, resourceVersion: "1", generation: 1, creationTimestamp, ...given };
}
