import { createHash } from "node:crypto";
import { ProxyfleetError } from "../values/errors.ts";
import type { KubeObject } from "./objects.ts";
import type { ApiClient } from "./client.ts";
import { ConflictError } from "./errors.ts";
import { type Resource, keyOf, keyText } from "./resource.ts";
import type { ReadStore, Store } from "./store.ts";

/**
 * Tells a live object made from these very fields from one made by an older operator, or by an
 * older spec.
 */
export const appliedHashAnnotation = "proxyfleet.dev/applied-hash";

/** On an object that was created and never applied to since: which field manager created it. */
export const createdAnnotation = "proxyfleet.dev/created-by";

/** Which state our last apply of an object led to, by uid. */
export type AppliedStates = Map<string, { readonly hash: string; readonly state: string }>;

interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
}

/** An object that we should make exists already and is somebody else's. */
export class NameTakenError extends ProxyfleetError {
  constructor({ kind, metadata }: KubeObject) {
    super(
      `${kind} ${keyText(metadata)} exists already and is not ours: delete it, or give the fleet another name`,
    );
  }
}

/**
 * Brings desired objects about, but only where the live one differs: a settled fleet causes no API
 * writes. What is not there is created, which changes nothing where it is there all the same; what
 * is there is applied to, for the very state that was looked at. So a write that comes late, from
 * an operator that leads no more, is refused.
 */
export class Applier {
  readonly #client: ApiClient;
  readonly #fieldManager: string;
  readonly #applied: AppliedStates = new Map();

  constructor(client: ApiClient, fieldManager: string) {
    this.#client = client;
    this.#fieldManager = fieldManager;
  }

  /**
   * Makes the live object have all fields of `desired`. @throws NameTakenError, ConflictError where
   * somebody was faster
   */
  async apply<T extends KubeObject>(
    of: Resource<T>,
    store: Store<T>,
    desired: T,
  ): Promise<"unchanged" | "applied"> {
    const hash = hashOf(desired);
    const live = store.get(desired.metadata);
    if (live !== undefined && !needsApply(desired, live, hash, this.#applied)) return "unchanged";
    const annotations = { ...desired.metadata.annotations, [appliedHashAnnotation]: hash };
    const marked = { ...desired, metadata: { ...desired.metadata, annotations } };
    const answer =
      live === undefined
        ? await this.#create(of, marked)
        : await this.#update(of, live, pinned(store, live), marked);
    this.#applied.set(answer.metadata.uid ?? "", { hash, state: stateOf(answer) });
    store.recordWrite(answer);
    return "applied";
  }

  async #create<T extends KubeObject>(of: Resource<T>, desired: T): Promise<T> {
    const annotations = {
      ...desired.metadata.annotations,
      [createdAnnotation]: this.#fieldManager,
    };
    try {
      return await this.#client.create(
        of,
        { ...desired, metadata: { ...desired.metadata, annotations } },
        this.#fieldManager,
      );
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const found = await this.#client.get<T>(of, keyOf(desired));
      if (found === undefined) throw error;
      if (!isOfSameOwner(found, desired)) throw new NameTakenError(found);
      // The cache is behind, or somebody took off the label by which it knows our objects.
      return covers(found, desired) ? found : this.#update(of, found, stateIn(found), desired);
    }
  }

  async #update<T extends KubeObject>(
    of: Resource<T>,
    live: T,
    state: ObjectState,
    desired: T,
  ): Promise<T> {
    const known =
      live.metadata.annotations?.[createdAnnotation] === undefined
        ? state
        : stateIn(await this.#ownFields(of, state, live));
    return this.#client.apply<T>(
      of,
      { ...desired, metadata: { ...desired.metadata, ...known } },
      this.#fieldManager,
    );
  }

  /**
   * Fields that a create has set are not taken back by an apply that leaves them out, since the
   * server keeps the two apart (server-side apply, "Transferring ownership"). Before the first
   * apply they become the applier's.
   */
  async #ownFields<T extends KubeObject>(
    of: Resource<T>,
    state: ObjectState,
    { metadata }: T,
  ): Promise<T> {
    const found: (T & { metadata: { managedFields?: ManagedFields[] } }) | undefined =
      await this.#client.get<T>(of, metadata);
    if (found === undefined)
      throw new ConflictError(`apply ${keyText(metadata)}`, {
        status: 409,
        reason: "Gone",
        message: "the object was deleted meanwhile",
      });
    const before = found.metadata.managedFields ?? [];
    const isCreated = (entry: ManagedFields): boolean =>
      entry.manager === this.#fieldManager &&
      entry.operation === "Update" &&
      entry.subresource === undefined;
    // Whoever was killed between this and the apply has done it already.
    if (!before.some(isCreated)) return found;
    const managedFields = before.map((entry) =>
      isCreated(entry) ? { ...entry, operation: "Apply" } : entry,
    );
    const { resourceVersion } = stateIn(found);
    return this.#client.patch<T>(
      of,
      metadata,
      { uid: state.uid, resourceVersion },
      { metadata: { managedFields } },
      this.#fieldManager,
    );
  }

  /** Follows a store, so that nothing is remembered of objects that are gone. */
  follow(store: Pick<Store<KubeObject>, "onChange">): void {
    store.onChange(({ before, after }) => {
      const uid = before?.metadata.uid;
      if (uid !== undefined && after?.metadata.uid !== uid) this.#applied.delete(uid);
    });
  }
}

/** One state of one very object. */
export interface ObjectState {
  readonly uid: string;
  readonly resourceVersion: string;
}

/**
 * The newest known state of this very object. A write that carries it changes nothing where
 * somebody has written since: so does one that comes late, from an operator that leads no more,
 * since the next leader has written by then or sees no need to.
 */
export function pinned<T extends KubeObject>(store: ReadStore<T>, object: KubeObject): ObjectState {
  const known = store.get(object.metadata);
  return stateIn(known?.metadata.uid === object.metadata.uid ? (known ?? object) : object);
}

function stateIn({ metadata: { uid = "", resourceVersion = "" } }: KubeObject): ObjectState {
  return { uid, resourceVersion };
}

function isOfSameOwner({ metadata }: KubeObject, desired: KubeObject): boolean {
  const owner = desired.metadata.ownerReferences?.find(
    ({ controller }) => controller === true,
  )?.uid;
  return owner !== undefined && metadata.ownerReferences?.some(({ uid }) => uid === owner) === true;
}

/**
 * Whether the live object lacks something desired: it was made from other fields, or somebody
 * edited a field of ours. A value that the server wrote in another way (1000m as 1) looks edited;
 * it is not, if this state is the one our own last apply led to.
 */
export function needsApply(
  desired: KubeObject,
  live: KubeObject,
  hash: string,
  applied: AppliedStates,
): boolean {
  if (live.metadata.annotations?.[appliedHashAnnotation] !== hash) return true;
  if (covers(live, desired)) return false;
  const last = applied.get(live.metadata.uid ?? "");
  return last?.hash !== hash || last.state !== stateOf(live);
}

/**
 * Whether `live` has every field of `desired`. What others added beside stays theirs; lists must be
 * the same, item by item.
 */
export function covers(live: unknown, desired: unknown): boolean {
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) &&
      live.length === desired.length &&
      desired.every((item, index) => covers(live[index], item))
    );
  }
  if (typeof desired !== "object" || desired === null) return live === desired;
  if (typeof live !== "object" || live === null) return Object.keys(desired).length === 0;
  const fields = new Map(Object.entries(live));
  return Object.entries(desired).every(
    ([name, value]) => value === undefined || covers(fields.get(name), value),
  );
}

/** A text that is the same for the same fields, in whatever order they were written. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 32);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`)
    .join(",")}}`;
}

function stateOf(object: KubeObject): string {
  return object.metadata.generation?.toString() ?? object.metadata.resourceVersion ?? "";
}
