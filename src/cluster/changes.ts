import type { Change } from "../kubernetes/store.ts";
import type { KubeObject } from "../kubernetes/objects.ts";

/** What an object was and what it is, where it was or is. */
export function sidesOf<T extends KubeObject>({ before, after }: Change<T>): readonly T[] {
  return [before, after].filter((object) => object !== undefined);
}

/**
 * Whether more than a status changed: the spec, a label, an annotation, or that the object exists,
 * or is on its way out.
 */
export function isMoreThanStatus({ before, after }: Change<KubeObject>): boolean {
  const told = (object: KubeObject | undefined) => {
    const { uid, generation, deletionTimestamp, labels, annotations } = object?.metadata ?? {};
    return JSON.stringify([uid, generation, deletionTimestamp, labels, annotations]);
  };
  return told(before) !== told(after);
}

/**
 * Whether this process has just written it, and changed no more than a status: whoever did so
 * knows.
 */
export function isOwnStatus(change: Change<KubeObject>): boolean {
  return change.own && !isMoreThanStatus(change);
}
