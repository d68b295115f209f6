import type { KubeObject } from "../kubernetes/objects.ts";
import type { Change, Store } from "../kubernetes/store.ts";

/** What an object was and what it is, where it was or is. */
export function sidesOf<T extends KubeObject>({ before, after }: Change<T>): readonly T[] {
  return [before, after].filter((object) => object !== undefined);
}

/**
 * Whether more than a status changed: the spec, a label, an annotation, an owner, or that the object
 * exists, or is on its way out.
 */
export function isMoreThanStatus({ before, after }: Change<KubeObject>): boolean {
  const identity = (object: KubeObject | undefined) => {
    const { uid, generation, deletionTimestamp, labels, annotations, ownerReferences } =
      object?.metadata ?? {};
    return JSON.stringify([
      uid,
      generation,
      deletionTimestamp,
      labels,
      annotations,
      ownerReferences,
    ]);
  };
  return identity(before) !== identity(after);
}

/** Whether somebody else made the change: this process knows of its own. */
export function isForeign({ own }: Change<KubeObject>): boolean {
  return !own;
}

/**
 * Whether this process has just written it, and changed no more than a status: whoever did so
 * knows.
 */
export function isOwnStatus(change: Change<KubeObject>): boolean {
  return change.own && !isMoreThanStatus(change);
}

/** Adds the keys that an object leads to, before and after each change that matters. */
export function enqueueOn<T extends KubeObject>(
  store: Store<T>,
  matters: (change: Change<T>) => boolean,
  enqueue: (object: T) => void,
): void {
  store.onChange((change) => {
    if (matters(change)) for (const object of sidesOf(change)) enqueue(object);
  });
}
