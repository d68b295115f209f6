import type { KubeObject } from "../kubernetes/objects.ts";
import { type ObjectState, stateOf } from "../kubernetes/resource.ts";

/**
 * The states that a plan's own writes led to. A plan was decided on one state of each object; its
 * second write to an object is made for what its first one left, and for nobody else's change.
 */
export class ObjectStates {
  readonly #after = new Map<string, ObjectState>();

  /** The state to expect, where `decided` is the one that the plan was decided on. */
  expected(decided: ObjectState): ObjectState {
    return this.#after.get(keyOfState(decided)) ?? decided;
  }

  /** A write for `expected` was answered with `object`. */
  wrote(decided: ObjectState, object: KubeObject): void {
    this.#after.set(keyOfState(decided), stateOf(object));
  }
}

function keyOfState({ uid, resourceVersion }: ObjectState): string {
  return `${uid} ${resourceVersion}`;
}
