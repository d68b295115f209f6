import { ProxyfleetError } from "../values/errors.ts";
import type { ApiClient } from "./client.ts";
import { type AppliedStates, covers, hashOfObject, needsApply, versionOf } from "./difference.ts";
import { ConflictError } from "./errors.ts";
import type { KubeObject } from "./objects.ts";
import { type ObjectState, type Resource, keyOf, keyText, stateOf } from "./resource.ts";
import type { Store } from "./store.ts";

/** Annotations by which an applier knows its own objects again. */
export interface AppliedMarks {
  /** Holds a hash of what was applied: what an older program made, or of an older spec, differs. */
  readonly hash: string;
  /** On an object that was created and never applied to since: which field manager created it. */
  readonly createdBy: string;
}

/** What an apply is made with, beside the object. */
export interface ApplyOptions<T extends KubeObject> {
  readonly of: Resource<T>;
  readonly store: Store<T>;
  readonly fieldManager: string;
}

type ManagedFields = Readonly<Record<"manager" | "operation" | "subresource", string | undefined>>;

/** An object that we should make exists already and is somebody else's. */
export class NameTakenError extends ProxyfleetError {
  constructor({ kind, metadata }: KubeObject) {
    const place = keyText(metadata);
    super(`${kind} ${place} exists already and is not ours: delete it, or choose another name`);
  }
}

/**
 * Brings desired objects about, but only where the live one differs: a settled object causes no API
 * writes. What is not there is created, which changes nothing where it is there all the same; what
 * is there is applied to, for the very state that was looked at. So a write that comes late, from
 * an operator that leads no more, is refused.
 */
export class Applier {
  readonly #client: Pick<ApiClient, "create" | "get" | "apply" | "patch">;
  readonly #marks: AppliedMarks;
  readonly #applied: AppliedStates = new Map();

  constructor(client: Pick<ApiClient, "create" | "get" | "apply" | "patch">, marks: AppliedMarks) {
    this.#client = client;
    this.#marks = marks;
  }

  /**
   * Makes the live object have all fields of `desired`. @throws NameTakenError, ConflictError where
   * somebody was faster
   */
  async apply<T extends KubeObject>(
    desired: T,
    options: ApplyOptions<T>,
  ): Promise<"unchanged" | "applied"> {
    const { store } = options;
    const hash = hashOfObject(desired);
    const live = store.get(desired.metadata);
    if (live !== undefined && !this.differs(desired, live)) return "unchanged";
    const marked = annotated(desired, { [this.#marks.hash]: hash });
    const answer =
      live === undefined
        ? await this.#create(marked, options)
        : await this.#update(marked, live, options);
    this.#applied.set(answer.metadata.uid ?? "", { hash, state: versionOf(answer) });
    store.recordWrite(answer);
    return "applied";
  }

  /** Whether an apply would change the live object. */
  differs(desired: KubeObject, live: KubeObject): boolean {
    const known = {
      annotation: this.#marks.hash,
      hash: hashOfObject(desired),
      applied: this.#applied,
    };
    return needsApply(desired, live, known);
  }

  /**
   * Whether others have changed what was made from these very fields. A field that the server wrote
   * in another way is no change.
   */
  isChangedByOthers(desired: KubeObject, live: KubeObject): boolean {
    const isOfSameFields = live.metadata.annotations?.[this.#marks.hash] === hashOfObject(desired);
    return isOfSameFields && this.differs(desired, live);
  }

  /** Follows a store, so that nothing is remembered of objects that are gone. */
  follow(store: Pick<Store<KubeObject>, "onChange">): void {
    store.onChange(({ before, after }) => {
      const uid = before?.metadata.uid;
      if (uid !== undefined && after?.metadata.uid !== uid) this.#applied.delete(uid);
    });
  }

  async #create<T extends KubeObject>(desired: T, options: ApplyOptions<T>): Promise<T> {
    const { of, fieldManager } = options;
    const created = annotated(desired, { [this.#marks.createdBy]: fieldManager });
    try {
      return await this.#client.create(of, created, fieldManager);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const found = await this.#client.get<T>(of, keyOf(desired));
      if (found === undefined) throw error;
      if (!isOfSameOwner(found, desired)) throw new NameTakenError(found);
      // The cache is behind, or somebody took off the label by which it knows our objects.
      return covers(found, desired) ? found : this.#update(desired, found, options);
    }
  }

  async #update<T extends KubeObject>(desired: T, live: T, options: ApplyOptions<T>): Promise<T> {
    const { of, fieldManager } = options;
    const isApplied = live.metadata.annotations?.[this.#marks.createdBy] === undefined;
    const state = isApplied ? stateOf(live) : stateOf(await this.#ownFields(live, options));
    const metadata = { ...desired.metadata, ...state };
    return this.#client.apply<T>(of, { ...desired, metadata }, { fieldManager });
  }

  /**
   * Fields that a create has set are not taken back by an apply that leaves them out, since the
   * server keeps the two apart (server-side apply, "Transferring ownership"). Before the first
   * apply they become the applier's.
   */
  async #ownFields<T extends KubeObject>(live: T, options: ApplyOptions<T>): Promise<T> {
    const { of, fieldManager } = options;
    const { metadata } = live;
    const found: (T & { metadata: { managedFields?: ManagedFields[] } }) | undefined =
      await this.#client.get<T>(of, metadata);
    if (found === undefined) throw goneMeanwhile(live);
    const before = found.metadata.managedFields ?? [];
    const isCreated = (entry: ManagedFields): boolean =>
      entry.manager === fieldManager &&
      entry.operation === "Update" &&
      entry.subresource === undefined;
    // Whoever was killed between this and the apply has done it already.
    if (!before.some(isCreated)) return found;
    const managedFields = before.map((entry) =>
      isCreated(entry) ? { ...entry, operation: "Apply" } : entry,
    );
    const state: ObjectState = {
      uid: stateOf(live).uid,
      resourceVersion: stateOf(found).resourceVersion,
    };
    return this.#client.patch<T>(of, metadata, {
      state,
      change: { metadata: { managedFields } },
      fieldManager,
    });
  }
}

function annotated<T extends KubeObject>(object: T, annotations: Record<string, string>): T {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
  };
}

function goneMeanwhile({ metadata }: KubeObject): ConflictError {
  const message = "the object was deleted meanwhile";
  return new ConflictError(`apply ${keyText(metadata)}`, { status: 409, reason: "Gone", message });
}

function isOfSameOwner({ metadata }: KubeObject, desired: KubeObject): boolean {
  const owner = desired.metadata.ownerReferences?.find(
    ({ controller }) => controller === true,
  )?.uid;
  return owner !== undefined && metadata.ownerReferences?.some(({ uid }) => uid === owner) === true;
}
