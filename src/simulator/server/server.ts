import { createHash } from "node:crypto";
import type { Instant } from "../../values/time.ts";
import { formatInstant, plus, seconds } from "../../values/time.ts";
import type { Random } from "../../values/random.ts";
import type { Preconditions } from "../../kubernetes/client.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import {
  type ObjectKey,
  type Resource,
  apiVersionOf,
  keyOf,
  keyText,
} from "../../kubernetes/resource.ts";
import { type Fields, frozen, isSame, mergePatch } from "./json.ts";
import { type ServedKind, servedKind } from "./kinds.ts";
import { selects } from "./label-selector.ts";
import { type ManagedFields, type State, type Writer, applied, updated } from "./managed-fields.ts";
import { Owners } from "./owners.ts";
import { type Call, alreadyExists, callOf, conflict, invalid, notFound } from "./refusals.ts";
import { type StoredObject, type Subresource, contentOf, withContent } from "./stored-object.ts";

/** A change of one object. `after` of a deletion is its last state, with the deletion's version. */
export interface StoredChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: Resource<KubeObject>;
  readonly before: StoredObject | undefined;
  readonly after: StoredObject;
}

export interface WriteOptions {
  readonly manager: string;
  readonly subresource?: Subresource;
}

export interface PatchOptions extends WriteOptions {
  readonly preconditions?: Partial<Preconditions>;
}

/** How long a pod may take to end (s), as Kubernetes' default. */
const podGraceSeconds = 30;

/**
 * An API server in memory. It does what controllers rely on: resource versions, uids, generations,
 * finalizers, preconditions, field managers, the CRDs' defaults and rules. All of it happens at
 * once and in order; what is late or lost is simulated by the clients and watches around it. The
 * same calls at the same times, with the same random numbers, give the same objects.
 */
export class SimulatedApiServer {
  readonly #now: () => Instant;
  readonly #random: Random;
  readonly #objects = new Map<string, Collection>();
  readonly #listeners = new Set<(change: StoredChange) => void>();
  readonly #owners = new Owners();
  #version = 0;
  #lastTime: { readonly at: Instant | undefined; readonly text: string } = {
    at: undefined,
    text: "",
  };

  constructor(now: () => Instant, random: Random) {
    this.#now = now;
    this.#random = random;
  }

  /** How many changes there were so far. A settled cluster has no more of them. */
  get resourceVersion(): string {
    return String(this.#version);
  }

  /** Calls `listener` at each change, right when it is stored; returns what ends that. */
  onChange(listener: (change: StoredChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The object, or undefined. It is shared: nobody can change it. */
  get<T extends KubeObject>(of: Resource<T>, key: ObjectKey): (T & StoredObject) | undefined {
    return this.#kept(of).get(keyText(key)) as (T & StoredObject) | undefined;
  }

  /** All objects of a kind, in the order of their keys. */
  list<T extends KubeObject>(
    of: Resource<T>,
    scope: {
      readonly namespace?: string | undefined;
      readonly labelSelector?: string | undefined;
      readonly fieldSelector?: string | undefined;
    } = {},
  ): readonly (T & StoredObject)[] {
    const { namespace, labelSelector, fieldSelector } = scope;
    const isSelected = selects(labelSelector);
    const found = [...this.#kept(of).values()].filter(
      (object) =>
        (namespace === undefined || object.metadata.namespace === namespace) &&
        isSelected(object.metadata.labels) &&
        hasField(object, fieldSelector),
    );
    return found as (T & StoredObject)[];
  }

  /** Creates an object. @throws ConflictError where the name is taken, ApiError where it is refused */
  create<T extends KubeObject>(of: Resource<T>, object: T, { manager }: WriteOptions): T {
    const kind = servedKind(of);
    const call = callOf("create", of, { key: keyOf(object) });
    if (this.get(of, keyOf(object)) !== undefined) throw alreadyExists(call);
    const content = contentOf(frozen(object), kind, undefined);
    const writer: Writer = { manager, operation: "Update", apiVersion: apiVersionOf(of) };
    const owned = updated(this.#empty(kind), content, writer);
    return this.#store(of, { call, before: undefined, key: keyOf(object), ...owned }) as T &
      StoredObject;
  }

  /** Server-side apply, always with force, as the client does it. */
  apply<T extends KubeObject>(
    of: Resource<T>,
    object: KubeObject,
    { manager, subresource }: WriteOptions,
  ): T {
    const kind = servedKind(of);
    const key = keyOf(object);
    const call = callOf("apply", of, { key, subresource });
    const before = this.get(of, key);
    if (before === undefined && subresource !== undefined) throw notFound(call);
    this.#demand(call, before, object.metadata);
    const live =
      before === undefined
        ? this.#empty(kind)
        : {
            ...this.#empty(kind),
            object: contentOf(before, kind, subresource),
            managedFields: before.metadata.managedFields,
          };
    const config = contentOf(frozen(object), kind, subresource);
    const writer: Writer = {
      manager,
      operation: "Apply",
      apiVersion: apiVersionOf(of),
      ...(subresource === undefined ? {} : { subresource }),
    };
    const owned = applied(live, config, writer);
    return this.#store(of, { call, before, key, subresource, ...owned }) as T & StoredObject;
  }

  /** JSON merge patch. `change` may hold `metadata.managedFields`, which then are so. */
  patch<T extends KubeObject>(
    of: Resource<T>,
    key: ObjectKey,
    {
      change,
      manager,
      subresource,
      preconditions = {},
    }: PatchOptions & { readonly change: object },
  ): T {
    const kind = servedKind(of);
    const call = callOf("patch", of, { key, subresource });
    const before = this.get(of, key);
    if (before === undefined) throw notFound(call);
    this.#demand(call, before, preconditions);
    const { managedFields = before.metadata.managedFields } = ((change as Partial<KubeObject>)
      .metadata ?? {}) as { managedFields?: readonly ManagedFields[] };
    const live = { ...this.#empty(kind), object: contentOf(before, kind, subresource) };
    const content = contentOf(mergePatch(live.object, frozen(change)) as object, kind, subresource);
    const writer: Writer = {
      manager,
      operation: "Update",
      apiVersion: apiVersionOf(of),
      ...(subresource === undefined ? {} : { subresource }),
    };
    const owned = updated(
      { ...live, managedFields: frozen(lastOfEach(managedFields)) },
      content,
      writer,
    );
    return this.#store(of, { call, before, key, subresource, ...owned }) as T & StoredObject;
  }

  /**
   * Deletes an object, or marks it where finalizers or a pod's own end have to be waited for.
   * `isEnded` is the kubelet's: the pod has ended.
   */
  delete(
    of: Resource<KubeObject>,
    key: ObjectKey,
    options: { readonly preconditions?: Partial<Preconditions>; readonly isEnded?: boolean } = {},
  ): void {
    const call = callOf("delete", of, { key });
    const before = this.get(of, key);
    if (before === undefined) throw notFound(call);
    this.#demand(call, before, options.preconditions ?? {});
    const { metadata } = before;
    const waits = (metadata.finalizers ?? []).length > 0;
    const grace = isRunning(before) && options.isEnded !== true ? podGraceSeconds : 0;
    if (!waits && grace === 0) return this.#remove(of, before);
    if (metadata.deletionTimestamp !== undefined) return undefined;
    const generation =
      metadata.generation === undefined ? {} : { generation: metadata.generation + 1 };
    const marked = {
      ...before,
      metadata: {
        ...metadata,
        ...generation,
        deletionTimestamp: formatInstant(plus(this.#now(), seconds(grace))),
        deletionGracePeriodSeconds: grace,
        resourceVersion: this.#next(),
      },
    };
    return this.#keep(of, before, marked);
  }

  /** Gives an object a spec that no rule of today lets in, as an older CRD may have done. */
  keepUnchecked(of: Resource<KubeObject>, key: ObjectKey, spec: unknown): void {
    const before = this.get(of, key);
    const { metadata, ...rest } = before ?? this.#born(of, key, servedKind(of));
    const after = { ...rest, spec, metadata: { ...metadata, resourceVersion: this.#next() } };
    this.#keep(of, before, after);
  }

  /** What the garbage collector does when it has its turn: children of owners that are gone go. */
  collectGarbage(): void {
    for (const { of, key, uid } of this.#owners.orphans()) {
      const found = this.get(of, key);
      if (found?.metadata.uid === uid && found.metadata.deletionTimestamp === undefined)
        this.delete(of, key);
    }
  }

  /** Everything is gone at once, without finalizers: another cluster begins. */
  wipe(): void {
    for (const { resource, objects } of this.#objects.values())
      for (const object of objects.values()) this.#remove(resource, object);
  }

  #empty(kind: ServedKind): State {
    return { object: {}, managedFields: [], schema: kind.schema, time: this.#time() };
  }

  /** Only the object, and the state of it, that the call was made for. */
  #demand(
    call: Call,
    live: StoredObject | undefined,
    { uid, resourceVersion }: Partial<Preconditions>,
  ): void {
    if (uid !== undefined && uid !== "" && live?.metadata.uid !== uid)
      throw conflict(
        call,
        `the UID in the precondition is ${uid}, and the object has ${live?.metadata.uid}`,
      );
    if (resourceVersion === undefined || resourceVersion === "") return;
    if (live?.metadata.resourceVersion !== resourceVersion)
      throw conflict(
        call,
        "the object has been modified; please apply your changes to the latest version",
      );
  }

  #store(of: Resource<KubeObject>, written: Written): StoredObject {
    const { call, before, object: content, managedFields, key, subresource } = written;
    const kind = servedKind(of);
    const base = before ?? this.#born(of, key, kind);
    const raw = withContent(base, content, { kind, subresource });
    const after = (kind.admission?.complete(
      raw as unknown as Fields,
      before as Fields | undefined,
    ) ?? raw) as StoredObject;
    if (
      before !== undefined &&
      isSame(managedFields, before.metadata.managedFields) &&
      isSame(after, before)
    )
      return before;
    const refusal = kind.admission?.refusal({
      before: before as Fields | undefined,
      after: after as unknown as Fields,
      part: subresource === "status" ? "status" : "spec",
    });
    if (refusal !== undefined) throw invalid(call, refusal);
    if (before !== undefined) this.#refuseNewFinalizers(call, before, after);
    if (before?.metadata.deletionTimestamp !== undefined && mayGo(after)) {
      this.#remove(of, before);
      return frozen({ ...after, metadata: { ...after.metadata, managedFields } });
    }
    const generation = this.#generation(kind, before, after);
    const resourceVersion = this.#next();
    const metadata = { ...after.metadata, ...generation, managedFields, resourceVersion };
    const stored = frozen({ ...after, metadata });
    this.#keep(of, before, stored);
    return stored;
  }

  #born(of: Resource<KubeObject>, { namespace, name }: ObjectKey, kind: ServedKind): StoredObject {
    const place = namespace === undefined ? { name } : { name, namespace };
    const metadata = {
      ...place,
      uid: this.#uid(),
      resourceVersion: "",
      creationTimestamp: this.#time(),
      managedFields: [],
      ...(kind.hasGeneration ? { generation: 1 } : {}),
    };
    return { apiVersion: apiVersionOf(of), kind: of.kind, metadata };
  }

  #refuseNewFinalizers(call: Call, before: StoredObject, after: StoredObject): void {
    const known = before.metadata.finalizers ?? [];
    const isNew = (after.metadata.finalizers ?? []).some((each) => !known.includes(each));
    if (before.metadata.deletionTimestamp !== undefined && isNew)
      throw invalid(call, "no new finalizers can be added if the object is being deleted");
  }

  #generation(kind: ServedKind, before: StoredObject | undefined, after: StoredObject): object {
    const { generation } = before?.metadata ?? {};
    if (!kind.hasGeneration || before === undefined || generation === undefined) return {};
    const spec = (object: StoredObject): unknown => (object as { spec?: unknown }).spec;
    return isSame(spec(before), spec(after)) ? {} : { generation: generation + 1 };
  }

  #remove(of: Resource<KubeObject>, last: StoredObject): void {
    const after = frozen({
      ...last,
      metadata: { ...last.metadata, resourceVersion: this.#next() },
    });
    this.#kept(of).delete(keyText(keyOf(last)));
    this.#owners.removed(after);
    this.#publish({ type: "DELETED", resource: of, before: last, after });
  }

  #keep(of: Resource<KubeObject>, before: StoredObject | undefined, after: StoredObject): void {
    const stored = frozen(after);
    this.#kept(of).set(keyText(keyOf(stored)), stored);
    this.#owners.stored(of, stored);
    const type = before === undefined ? "ADDED" : "MODIFIED";
    this.#publish({ type, resource: of, before, after: stored });
  }

  #publish(change: StoredChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #kept(resource: Resource<KubeObject>): Map<string, StoredObject> {
    const name = `${resource.group}/${resource.plural}`;
    const known = this.#objects.get(name);
    if (known !== undefined) return known.objects;
    const objects = new Map<string, StoredObject>();
    this.#objects.set(name, { resource, objects });
    return objects;
  }

  /** The time as objects have it. It is asked for more often than it changes. */
  #time(): string {
    const now = this.#now();
    if (this.#lastTime.at !== now) this.#lastTime = { at: now, text: formatInstant(now) };
    return this.#lastTime.text;
  }

  #next(): string {
    return String(++this.#version);
  }

  #uid(): string {
    const hex = createHash("sha256").update(`${this.#version} ${this.#random()}`).digest("hex");
    const parts = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
    ];
    return [...parts, hex.slice(20, 32)].join("-");
  }
}

/** A manager has one entry for each way by which it writes: the last one that is given. */
function lastOfEach(entries: readonly ManagedFields[]): readonly ManagedFields[] {
  const name = ({ manager, operation, subresource = "" }: ManagedFields): string =>
    `${manager} ${operation} ${subresource}`;
  return [...new Map(entries.map((entry) => [name(entry), entry])).values()];
}

interface Collection {
  readonly resource: Resource<KubeObject>;
  readonly objects: Map<string, StoredObject>;
}

interface Written {
  readonly call: Call;
  readonly before: StoredObject | undefined;
  readonly key: ObjectKey;
  readonly object: Fields;
  readonly managedFields: readonly ManagedFields[];
  readonly subresource?: Subresource;
}

/** A pod on a node ends in its own time. */
function isRunning(object: StoredObject): boolean {
  const { spec } = object as { spec?: { nodeName?: unknown } };
  return object.kind === "Pod" && spec?.nodeName !== undefined;
}

function mayGo(object: StoredObject): boolean {
  return (object.metadata.finalizers ?? []).length === 0 && !isRunning(object);
}

/** Whether an object has what a field selector of one equation asks for, such as `regarding.uid=u1`. */
function hasField(object: KubeObject, selector: string | undefined): boolean {
  if (selector === undefined) return true;
  const [path = "", wanted = ""] = selector.split("=");
  const found = path
    .split(".")
    .reduce((each: unknown, name) => (each as Record<string, unknown> | undefined)?.[name], object);
  return (found ?? "") === wanted;
}
