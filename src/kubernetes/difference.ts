import { createHash } from "node:crypto";
import { memoize } from "../values/memoize.ts";
import type { KubeObject } from "./objects.ts";

/** Which state our last apply of an object led to, by uid. */
export type AppliedStates = Map<string, { readonly hash: string; readonly state: string }>;

/** An object as it is wanted, in few letters, and the annotation that keeps these. */
export interface AppliedHash {
  readonly annotation: string;
  readonly hash: string;
}

/**
 * Whether the live object lacks something desired: it was made from other fields, or somebody edited
 * a field of ours. A value that the server wrote in another way (1000m as 1) looks edited; it is
 * not, if this state is the one our own last apply led to.
 */
export function needsApply(
  desired: KubeObject,
  live: KubeObject,
  { annotation, hash, applied }: AppliedHash & { readonly applied: AppliedStates },
): boolean {
  if (live.metadata.annotations?.[annotation] !== hash) return true;
  if (covers(live, desired)) return false;
  if (!coversMetadata(live, desired)) return true;
  const last = applied.get(live.metadata.uid ?? "");
  return last?.hash !== hash || last.state !== versionOf(live);
}

/**
 * Whether an object has the labels, annotations and owners of another one. The server writes these
 * as they are, and counts no generation for a change of them. Others may own it too.
 */
function coversMetadata({ metadata: live }: KubeObject, { metadata }: KubeObject): boolean {
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  return (
    covers(live.labels, labels) &&
    covers(live.annotations, annotations) &&
    ownerReferences.every((owner) => live.ownerReferences?.some((one) => covers(one, owner)))
  );
}

/** What changes with every change of an object's own fields: its generation, where it has one. */
export function versionOf({ metadata }: KubeObject): string {
  return metadata.generation?.toString() ?? metadata.resourceVersion ?? "";
}

/**
 * Whether `live` has every field of `desired`. What others added beside stays theirs; lists must be
 * the same, item by item.
 */
export function covers(live: unknown, desired: unknown): boolean {
  if (live === desired) return true;
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) &&
      live.length === desired.length &&
      desired.every((item, index) => covers(live[index], item))
    );
  }
  if (typeof desired !== "object" || desired === null) return false;
  if (typeof live !== "object" || live === null) return Object.keys(desired).length === 0;
  const fields = new Map(Object.entries(live));
  return Object.entries(desired).every(
    ([name, value]) => value === undefined || covers(fields.get(name), value),
  );
}

/** Whether two states of a status, or of a part of it, say the same. */
export function isSame(a: unknown, b: unknown): boolean {
  return covers(a, b) && covers(b, a);
}

/** A text that is the same for the same fields, in whatever order they were written. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 32);
}

const hashes = memoize((object: KubeObject) => ({ hash: hashOf(object) }));

/** The hash of an object that never changes: the same object again is not hashed again. */
export function hashOfObject(object: KubeObject): string {
  return hashes(object).hash;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
}
