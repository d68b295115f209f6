import type { KubeObject, ObjectMeta } from "../manifests/objects.ts";
import type { ApiClient } from "./client.ts";
import { ApiUnreachableError, ExpiredError } from "./errors.ts";
import { type ReflectorInput, type ReflectorState, backoffMs, initialState, nextState } from "./reflector-state.ts";
import type { Resource } from "./resource.ts";
import type { Store } from "./store.ts";

const pageSize = 500;
/** Bookmarks come about once a minute: a watch that is silent for longer than this (ms) is taken for dead. */
const silenceLimitMs = 80_000;

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: ApiClient;
  readonly resource: Resource<T>;
  readonly store: Store<T>;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
  /** Told of each failure; the reflector itself goes on. */
  readonly onFailure: (error: unknown, state: ReflectorState) => void;
}

/** Keeps a store equal to the server's objects: lists, watches, and comes back from whatever ends a watch. */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #synced = Promise.withResolvers<void>();
  #staged: T[] = [];
  #isSynced = false;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
  }

  get kind(): string {
    return this.#options.resource.kind;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Resolves when the store first holds a complete list. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Runs until `signal` fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    let state = initialState;
    while (!signal.aborted) {
      if (state.failures > 0) await this.#options.sleep(backoffMs(state.failures, this.#options.random), signal);
      if (signal.aborted) return;
      state = nextState(state, await this.#step(state, signal));
    }
  }

  async #step(state: ReflectorState, signal: AbortSignal): Promise<ReflectorInput> {
    try {
      return state.name === "listing" ? await this.#listPage(state.continueToken) : await this.#watch(state.resourceVersion, signal);
    } catch (error) {
      if (!signal.aborted) this.#options.onFailure(error, state);
      return error instanceof ExpiredError ? { kind: "expired" } : { kind: "failed", healthyMs: 0 };
    }
  }

  async #listPage(continueToken: string | undefined): Promise<ReflectorInput> {
    const { client, resource, namespace, labelSelector, metadataOnly } = this.#options;
    if (continueToken === undefined) this.#staged = [];
    const page = await client.list(resource, { namespace, labelSelector, limit: pageSize, continueToken }, metadataOnly);
    for (const item of page.items) this.#staged.push(slim(item));
    if (page.continueToken === undefined) this.#takeIn(page.resourceVersion);
    return { kind: "page", resourceVersion: page.resourceVersion, continueToken: page.continueToken };
  }

  #takeIn(resourceVersion: string): void {
    this.#options.store.replaceAll(this.#staged, resourceVersion);
    this.#staged = [];
    this.#isSynced = true;
    this.#synced.resolve();
  }

  async #watch(from: string, signal: AbortSignal): Promise<ReflectorInput> {
    const { client, resource, namespace, labelSelector, metadataOnly, now, random, store } = this.#options;
    const silence = new AbortController();
    const timer = setInterval(
      () => now() - lastHeard > silenceLimitMs && silence.abort(new ApiUnreachableError(`the watch of ${this.kind} is silent`)),
      5_000,
    );
    const started = now();
    let lastHeard = started;
    let resourceVersion = from;
    try {
      const timeoutSeconds = Math.round(240 + 50 * random());
      const options = { namespace, labelSelector, resourceVersion, timeoutSeconds };
      for await (const event of client.watch(resource, options, AbortSignal.any([signal, silence.signal]), metadataOnly)) {
        lastHeard = now();
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
        if (event.type !== "BOOKMARK") store.watched(event.type, slim(event.object));
      }
      return { kind: "ended", resourceVersion, healthyMs: now() - started };
    } catch (error) {
      if (error instanceof ExpiredError) throw error;
      if (!signal.aborted) this.#options.onFailure(error, { name: "watching", resourceVersion, failures: 0 });
      return { kind: "failed", resourceVersion, healthyMs: lastHeard - started };
    } finally {
      clearInterval(timer);
    }
  }
}

/** Drops what nobody here reads and what takes the most memory. */
function slim<T extends KubeObject>(object: T): T {
  const metadata: ObjectMeta & { managedFields?: unknown } = object.metadata;
  delete metadata.managedFields;
  if (metadata.annotations !== undefined) delete metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"];
  return object;
}
