import type { KubeObject } from "./objects.ts";
import { type Transform, stripBookkeeping } from "./transform.ts";
import { compareResourceVersions, newest } from "./resource-version.ts";
import { type ObjectKey, keyOf, keyText } from "./resource.ts";

/**
 * What changed: `before` and `after` are absent for a creation and a deletion. `own`: it came as
 * the answer to a write of this process.
 */
export interface Change<T extends KubeObject> {
  readonly before: T | undefined;
  readonly after: T | undefined;
  readonly own: boolean;
}

/** Names the values under which an object can be found, e.g. a pod's fleet. */
export type Index<T extends KubeObject> = (object: T) => readonly string[];

/** What controllers see of a cache. Its objects are shared: nobody may change them. */
export interface ReadStore<T extends KubeObject> {
  get(key: ObjectKey): T | undefined;
  list(): readonly T[];
  by(index: string, value: string): readonly T[];
}

function version(object: KubeObject): string {
  return object.metadata.resourceVersion ?? "0";
}

/**
 * The cached objects of one kind, fed by a reflector, or by reads of objects one by one, and by the
 * answers to this process's own writes.
 */
export class Store<T extends KubeObject> implements ReadStore<T> {
  readonly #objects = new Map<string, T>();
  readonly #indexes: ReadonlyMap<
    string,
    { readonly of: Index<T>; readonly keys: Map<string, Set<string>> }
  >;
  readonly #listeners = new Set<(change: Change<T>) => void>();
  /** How far each watch is: one for all namespaces (under ""), or one for each. */
  readonly #seen = new Map<string, string>();
  /** What was known before the server's versions went back: any version of it is newer. */
  readonly #outdated = new Set<string>();

  /** Applied to each object, wherever it comes from. */
  readonly transform: Transform<T>;

  constructor(indexes: Record<string, Index<T>> = {}, transform: Transform<T> = stripBookkeeping) {
    this.transform = transform;
    this.#indexes = new Map(
      Object.entries(indexes).map(([name, of]) => [
        name,
        { of, keys: new Map<string, Set<string>>() },
      ]),
    );
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(keyText(key));
  }

  get size(): number {
    return this.#objects.size;
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** Objects that the named index files under `value`. */
  by(index: string, value: string): readonly T[] {
    const keys = this.#indexes.get(index)?.keys.get(value) ?? [];
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Calls `listener` at each change from now on; returns what ends that. */
  onChange(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes in a complete list made at `resourceVersion`, of one namespace or of all. What was
   * written after it stays: the watch will confirm or delete it.
   */
  replaceAll(objects: readonly T[], resourceVersion: string, namespace?: string): void {
    const listed = new Map(objects.map((object) => [keyText(keyOf(object)), object]));
    for (const [key, object] of this.#objects) {
      if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
      if (!listed.has(key) && compareResourceVersions(this.#versionOf(key), resourceVersion) <= 0)
        this.#set(key, undefined);
    }
    for (const [key, object] of listed) this.#setIfNewer(key, object);
    this.#saw(resourceVersion, namespace);
  }

  /**
   * The server's versions went back, as after a restore of its database: whatever comes next is
   * newer than what is known, of one namespace or of all. What is known stays until then.
   */
  rewind(namespace?: string): void {
    for (const [key, { metadata }] of this.#objects)
      if (namespace === undefined || metadata.namespace === namespace) this.#outdated.add(key);
    if (namespace === undefined) this.#seen.clear();
    else this.#seen.delete(namespace);
  }

  /**
   * Takes in one event from the watch of one namespace or of all. Events may come twice or late: an
   * older one changes nothing.
   */
  recordEvent(type: "ADDED" | "MODIFIED" | "DELETED", object: T, namespace?: string): void {
    const key = keyText(keyOf(object));
    if (type !== "DELETED") this.#setUnlessGone(key, object);
    else if (
      !this.#objects.has(key) ||
      compareResourceVersions(this.#versionOf(key), version(object)) <= 0
    )
      this.#set(key, undefined);
    this.#saw(version(object), namespace);
  }

  /**
   * Takes in the answer to a write of this process, so that the next reconcile never sees an older
   * state.
   */
  recordWrite(object: T): void {
    this.#setUnlessGone(keyText(keyOf(object)), object, true);
  }

  /**
   * Takes in what a `get` said of one object, for a store that no watch feeds: that is how it is,
   * also where its version went back. It says nothing of other objects: one that did not change for
   * long has an older version, and is there all the same.
   */
  recordRead(name: ObjectKey, object: T | undefined): void {
    const key = keyText(name);
    const isKnown = object !== undefined && this.#versionOf(key) === version(object);
    if (!isKnown && (object !== undefined || this.#objects.has(key))) this.#set(key, object);
  }

  #setUnlessGone(key: string, object: T, own = false): void {
    // The watch is past this version and does not have the object: it is deleted already.
    if (
      !this.#objects.has(key) &&
      compareResourceVersions(version(object), this.#seenOf(object)) <= 0
    )
      return;
    this.#setIfNewer(key, object, own);
  }

  #saw(resourceVersion: string, namespace = ""): void {
    this.#seen.set(namespace, newest(this.#seen.get(namespace) ?? "0", resourceVersion));
  }

  #seenOf({ metadata }: T): string {
    return newest(this.#seen.get("") ?? "0", this.#seen.get(metadata.namespace ?? "") ?? "0");
  }

  #setIfNewer(key: string, object: T, own = false): void {
    const isNewer = compareResourceVersions(this.#versionOf(key), version(object)) < 0;
    if (!this.#objects.has(key) || isNewer) this.#set(key, object, own);
  }

  /** The version of a cached object; older than any other where it is outdated. */
  #versionOf(key: string): string {
    const object = this.#objects.get(key);
    return object === undefined || this.#outdated.has(key) ? "0" : version(object);
  }

  #set(key: string, given: T | undefined, own = false): void {
    const after = given === undefined ? undefined : this.transform(given);
    const before = this.#objects.get(key);
    this.#outdated.delete(key);
    if (before !== undefined) this.#unfile(key, before);
    if (after === undefined) this.#objects.delete(key);
    else {
      this.#objects.set(key, after);
      this.#file(key, after);
    }
    for (const listener of this.#listeners) listener({ before, after, own });
  }

  #file(key: string, object: T): void {
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(object)) {
        const filed = keys.get(value);
        if (filed === undefined) keys.set(value, new Set([key]));
        else filed.add(key);
      }
    }
  }

  #unfile(key: string, object: T): void {
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(object)) {
        const filed = keys.get(value);
        filed?.delete(key);
        if (filed?.size === 0) keys.delete(value);
      }
    }
  }
}
