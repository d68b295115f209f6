import type { KubeObject, ObjectMeta } from "../manifests/objects.ts";
import type { ApiClient } from "./client.ts";
import { ApiUnreachableError, ExpiredError } from "./errors.ts";
import { type ReflectorInput, type ReflectorState, backoffMs, initialState, nextState } from "./reflector-state.ts";
import { newest } from "./resource-version.ts";
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

/** What feeds a store. */
export interface Source {
  readonly kind: string;
  /** Whether the store holds a complete list. */
  readonly isSynced: boolean;
  /** Resolves when the store first holds a complete list. */
  readonly synced: Promise<void>;
  /** Time since the server last said something (ms): a list, an event or a bookmark. */
  readonly quietMs: number;
  /** Time since anything happened here, failures included (ms): what grows beyond minutes is stuck. */
  readonly idleMs: number;
  /** Runs until `signal` fires. Never throws. */
  run(signal: AbortSignal): Promise<void>;
}

/** Keeps a store equal to the server's objects: lists, watches, and comes back from whatever ends a watch. */
export class Reflector<T extends KubeObject> implements Source {
  readonly #options: ReflectorOptions<T>;
  readonly #synced = Promise.withResolvers<void>();
  #staged: T[] = [];
  #isSynced = false;
  #heardAt: number;
  #steppedAt: number;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#heardAt = this.#steppedAt = options.now();
  }

  get kind(): string {
    return this.#options.resource.kind;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get quietMs(): number {
    return this.#options.now() - this.#heardAt;
  }

  get idleMs(): number {
    return this.#options.now() - Math.max(this.#steppedAt, this.#heardAt);
  }

  async run(signal: AbortSignal): Promise<void> {
    let state = initialState;
    while (!signal.aborted) {
      if (state.failures > 0) await this.#options.sleep(backoffMs(state.failures, this.#options.random), signal);
      if (signal.aborted) return;
      this.#steppedAt = this.#options.now();
      state = nextState(state, await this.#step(state, signal));
    }
  }

  async #step(state: ReflectorState, signal: AbortSignal): Promise<ReflectorInput> {
    try {
      return state.name === "listing"
        ? await this.#listPage(state.continueToken, signal)
        : await this.#watch(state.resourceVersion, signal);
    } catch (error) {
      if (!signal.aborted) this.#options.onFailure(error, state);
      return error instanceof ExpiredError ? { kind: "expired" } : { kind: "failed", healthyMs: 0 };
    }
  }

  async #listPage(continueToken: string | undefined, signal: AbortSignal): Promise<ReflectorInput> {
    const { client, resource, namespace, labelSelector, metadataOnly } = this.#options;
    if (continueToken === undefined) this.#staged = [];
    const page = await client.list(resource, { namespace, labelSelector, limit: pageSize, continueToken, signal }, metadataOnly);
    this.#heardAt = this.#options.now();
    for (const item of page.items) this.#staged.push(slim(item));
    if (page.continueToken === undefined) this.#takeIn(page.resourceVersion);
    return { kind: "page", resourceVersion: page.resourceVersion, continueToken: page.continueToken };
  }

  #takeIn(resourceVersion: string): void {
    this.#options.store.replaceAll(this.#staged, resourceVersion, this.#options.namespace);
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
        lastHeard = this.#heardAt = now();
        // An event that comes late must not send the next watch back.
        resourceVersion = newest(resourceVersion, event.object.metadata.resourceVersion ?? resourceVersion);
        if (event.type !== "BOOKMARK") store.watched(event.type, slim(event.object), namespace);
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
