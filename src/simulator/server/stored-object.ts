import type { KubeObject, ObjectMeta } from "../../kubernetes/objects.ts";
import { type Fields, isFields } from "./json.ts";
import type { ServedKind } from "./kinds.ts";
import type { ManagedFields } from "./managed-fields.ts";

/** An object as the server keeps it. Frozen: a change makes another one. */
export interface StoredObject extends KubeObject {
  readonly metadata: ObjectMeta & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly managedFields: readonly ManagedFields[];
    readonly deletionGracePeriodSeconds?: number;
  };
}

/** By which way an object is written. */
export type Subresource = "status" | undefined;

/**
 * What writers may own of an object: not its identity, nor what the server itself says of it. Only
 * the part that a subresource reaches.
 */
export function contentOf(object: object, kind: ServedKind, subresource: Subresource): Fields {
  const { apiVersion: _, kind: __, metadata, status, ...rest } = object as Record<string, unknown>;
  const about = writableMetadata(metadata);
  if (subresource === "status") {
    const parts = status === undefined ? {} : { status };
    return kind.admission === undefined ? { ...about, ...parts } : parts;
  }
  return kind.hasStatus || status === undefined
    ? { ...about, ...rest }
    : { ...about, ...rest, status };
}

const writable = ["labels", "annotations", "finalizers", "ownerReferences"] as const;

function writableMetadata(metadata: unknown): Fields {
  if (!isFields(metadata)) return {};
  // The server leaves out what is empty.
  const members = writable.flatMap((name) => {
    const value = metadata[name];
    const isThere = typeof value === "object" && value !== null && Object.keys(value).length > 0;
    return isThere ? [[name, value] as const] : [];
  });
  return members.length === 0 ? {} : { metadata: Object.fromEntries(members) };
}

/** The object with other content in the part that a subresource reaches. */
export function withContent(
  before: StoredObject,
  content: Fields,
  { kind, subresource }: { readonly kind: ServedKind; readonly subresource: Subresource },
): StoredObject {
  const { metadata: about, ...parts } = content;
  const {
    labels: _,
    annotations: __,
    finalizers: ___,
    ownerReferences: ____,
    ...system
  } = before.metadata;
  const keepsMetadata = subresource === "status" && kind.admission !== undefined;
  const metadata = keepsMetadata
    ? before.metadata
    : { ...system, ...(isFields(about) ? about : {}) };
  const {
    apiVersion,
    kind: name,
    metadata: _____,
    ...rest
  } = before as unknown as Fields & StoredObject;
  const kept = subresource === "status" ? withoutStatus(rest) : statusOnly(rest, kind);
  return { apiVersion, kind: name, metadata, ...kept, ...parts };
}

function withoutStatus({ status: _, ...rest }: Fields): Fields {
  return rest;
}

function statusOnly({ status }: Fields, { hasStatus }: ServedKind): Fields {
  return hasStatus && status !== undefined ? { status } : {};
}
