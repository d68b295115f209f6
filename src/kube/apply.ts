import { createHash } from "node:crypto";
import type { KubeObject } from "../manifests/objects.ts";
import type { ApiClient } from "./client.ts";
import type { Resource } from "./resource.ts";
import type { ReadStore, Store } from "./store.ts";

/** Tells a live object made from these very fields from one made by an older operator, or by an older spec. */
export const appliedHashAnnotation = "proxyfleet.dev/applied-hash";

/** Which state our last apply of an object led to, by uid. */
export type AppliedStates = Map<string, { readonly hash: string; readonly state: string }>;

/** Applies desired objects, but only where the live one differs: a settled fleet causes no API writes. */
export class Applier {
  readonly #client: ApiClient;
  readonly #fieldManager: string;
  readonly #applied: AppliedStates = new Map();

  constructor(client: ApiClient, fieldManager: string) {
    this.#client = client;
    this.#fieldManager = fieldManager;
  }

  /** Makes the live object have all fields of `desired`. Returns what was done. */
  async apply<T extends KubeObject>(of: Resource<T>, store: Store<T>, desired: T): Promise<"unchanged" | "applied"> {
    const hash = hashOf(desired);
    const live = store.get(desired.metadata);
    if (live !== undefined && !needsApply(desired, live, hash, this.#applied)) return "unchanged";
    const annotations = { ...desired.metadata.annotations, [appliedHashAnnotation]: hash };
    const metadata = { ...desired.metadata, annotations, ...(live === undefined ? {} : pinned(store, live)) };
    const answer = await this.#client.apply<T>(of, { ...desired, metadata }, this.#fieldManager);
    this.#applied.set(answer.metadata.uid ?? "", { hash, state: stateOf(answer) });
    store.wrote(answer);
    return "applied";
  }

  /** Drops what is remembered of an object that is gone. */
  forget(object: KubeObject): void {
    this.#applied.delete(object.metadata.uid ?? "");
  }
}

/**
 * The newest known state of this very object. A write that carries it changes nothing where somebody has written since: so does one
 * that comes late, from an operator that leads no more, since the next leader has written by then or sees no need to.
 */
export function pinned<T extends KubeObject>(store: ReadStore<T>, { metadata }: KubeObject): { uid: string; resourceVersion: string } {
  const known = store.get(metadata)?.metadata;
  const { uid = "", resourceVersion = "" } = known?.uid === metadata.uid ? (known ?? metadata) : metadata;
  return { uid, resourceVersion };
}

/**
 * Whether the live object lacks something desired: it was made from other fields, or somebody edited a field of ours. A value that
 * the server wrote in another way (1000m as 1) looks edited; it is not, if this state is the one our own last apply led to.
 */
export function needsApply(desired: KubeObject, live: KubeObject, hash: string, applied: AppliedStates): boolean {
  if (live.metadata.annotations?.[appliedHashAnnotation] !== hash) return true;
  if (covers(live, desired)) return false;
  const last = applied.get(live.metadata.uid ?? "");
  return last?.hash !== hash || last.state !== stateOf(live);
}

/** Whether `live` has every field of `desired`. What others added beside stays theirs; lists must be the same, item by item. */
export function covers(live: unknown, desired: unknown): boolean {
  if (Array.isArray(desired)) {
    return Array.isArray(live) && live.length === desired.length && desired.every((item, index) => covers(live[index], item));
  }
  if (typeof desired !== "object" || desired === null) return live === desired;
  if (typeof live !== "object" || live === null) return Object.keys(desired).length === 0;
  const fields = new Map(Object.entries(live));
  return Object.entries(desired).every(([name, value]) => value === undefined || covers(fields.get(name), value));
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
