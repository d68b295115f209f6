import type { KubeObject } from "./objects.ts";

/**
 * Where the API server keeps one kind. `T` is the type of its objects; it exists for the type
 * checker only.
 */
export interface Resource<T extends KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Its objects hold secrets: who refuses a write of one may quote them, and is not repeated. */
  readonly holdsSecrets?: true;
  readonly objectType?: T;
}

/** Namespace and name of an object; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** One state of one very object: a write that carries it changes no other one. */
export interface ObjectState {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** The state that an object was read in. */
export function stateOf({ metadata: { uid = "", resourceVersion = "" } }: KubeObject): ObjectState {
  return { uid, resourceVersion };
}

/** How a kind is declared: as in its CRD. `group` is empty for the core group. */
export interface ResourceNames {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly holdsSecrets?: true;
}

/** Declares a kind. */
export function resource<T extends KubeObject>({ scope, ...names }: ResourceNames): Resource<T> {
  return { ...names, namespaced: scope === "Namespaced" };
}

/** `group/version`, or only `version` for the core group. */
export function apiVersionOf(of: Resource<KubeObject>): string {
  return of.group === "" ? of.version : `${of.group}/${of.version}`;
}

/** Path of all objects of a kind, in one namespace or in all. */
export function collectionPath(of: Resource<KubeObject>, namespace?: string): string {
  const root = of.group === "" ? `/api/${of.version}` : `/apis/${of.group}/${of.version}`;
  return of.namespaced && namespace !== undefined
    ? `${root}/namespaces/${namespace}/${of.plural}`
    : `${root}/${of.plural}`;
}

/** Path of one object, or of a subresource of it (`status`, `eviction`, `proxy/…`). */
export function objectPath(of: Resource<KubeObject>, key: ObjectKey, subresource?: string): string {
  const path = `${collectionPath(of, key.namespace)}/${key.name}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** A key as one text: `namespace/name`, or `name` for cluster-scoped kinds. */
export function keyText(key: ObjectKey): string {
  return key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`;
}

/** The inverse of keyText. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf("/");
  return slash < 0
    ? { name: text }
    : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** Namespace and name of an object. */
export function keyOf(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace, name: object.metadata.name };
}
