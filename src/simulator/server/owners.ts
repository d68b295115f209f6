import type { KubeObject } from "../../kubernetes/objects.ts";
import { type ObjectKey, type Resource, keyOf } from "../../kubernetes/resource.ts";
import type { StoredObject } from "./stored-object.ts";

interface Child {
  readonly of: Resource<KubeObject>;
  readonly key: ObjectKey;
  readonly uid: string;
  readonly owners: readonly string[];
}

/** Which objects live, and who is whose child: what the garbage collector knows. */
export class Owners {
  readonly #living = new Set<string>();
  readonly #children = new Map<string, Child>();

  stored(of: Resource<KubeObject>, object: StoredObject): void {
    const { uid, ownerReferences = [] } = object.metadata;
    this.#living.add(uid);
    if (ownerReferences.length === 0) this.#children.delete(uid);
    else {
      const owners = ownerReferences.map((owner) => owner.uid);
      this.#children.set(uid, { of, key: keyOf(object), uid, owners });
    }
  }

  removed({ metadata: { uid } }: StoredObject): void {
    this.#living.delete(uid);
    this.#children.delete(uid);
  }

  /** Children none of whose owners lives. */
  orphans(): readonly Child[] {
    return [...this.#children.values()].filter(
      ({ owners }) => !owners.some((owner) => this.#living.has(owner)),
    );
  }
}
