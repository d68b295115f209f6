import type { KubeObject } from "./objects.ts";
import type { ApiClient, ListOptions, Page } from "./client.ts";
import {
  AnswerTooLongError,
  ApiError,
  ApiUnreachableError,
  ExpiredError,
  ForbiddenError,
  NotFoundError,
} from "./errors.ts";
import { SyncProgress } from "./sync-progress.ts";
import {
  type ReflectorInput,
  type ReflectorState,
  backoffMs,
  initialState,
  nextState,
} from "./reflector-state.ts";
import { compareResourceVersions, newest } from "./resource-version.ts";
import type { Resource } from "./resource.ts";
import type { Store } from "./store.ts";
import { present } from "../values/present.ts";

const pageSize = 500;
/**
 * Bookmarks come about once a minute: a watch that is silent for longer than this (ms) is taken for
 * dead.
 */
const silenceLimitMs = 80_000;

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: ApiClient;
  readonly resource: Resource<T>;
  readonly store: Store<T>;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** The store then holds what it selects, and nothing else of the namespace. */
  readonly fieldSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  /** The kind may not be installed. */
  readonly isOptional?: boolean | undefined;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
  /** Called when a list is older than what was known: the server went back to an earlier state. */
  readonly onWentBack?: () => void;
  /** Called after each failure; the reflector itself goes on. */
  readonly onFailure: (error: unknown, state: ReflectorState) => void;
}

/** What feeds a store. */
export interface Source {
  readonly kind: string;
  readonly progress: SyncProgress;
  /** The namespace that is read alone; undefined where all are. */
  readonly namespace: string | undefined;
  /** Whether nobody waits for it where the server has no such kind, or does not let it be read. */
  readonly isOptional?: boolean;
  /** The server's versions went back: reads everything again at once. */
  relist(): void;
  /** Runs until `signal` fires. Never throws. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Keeps a store equal to the server's objects: lists, watches, and recovers from whatever ends a
 * watch, as client-go's reflector does.
 */
export class Reflector<T extends KubeObject> implements Source {
  readonly #options: ReflectorOptions<T>;
  readonly progress: SyncProgress;
  #staged: T[] = [];
  /** How many objects the next page of a list has. */
  #pageSize = pageSize;
  /** The newest version that was listed. */
  #newest = "0";
  /** Ends what is under way, so that everything is listed again. */
  #relisting = new AbortController();

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.progress = new SyncProgress(options.now);
  }

  get kind(): string {
    return this.#options.resource.kind;
  }

  get namespace(): string | undefined {
    return this.#options.namespace;
  }

  get isOptional(): boolean {
    return this.#options.isOptional === true;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const relisting = new AbortController();
      this.#relisting = relisting;
      await this.#runUntil(AbortSignal.any([signal, relisting.signal]));
      if (!signal.aborted) this.#options.store.rewind(this.#options.namespace);
    }
  }

  relist(): void {
    this.#newest = "0";
    this.progress.outdate();
    this.#relisting.abort();
  }

  /** Lists, and follows what was listed. */
  async #runUntil(signal: AbortSignal): Promise<void> {
    let state = initialState;
    while (!signal.aborted) {
      if (state.failures > 0)
        await this.#options.sleep(backoffMs(state, this.#options.random), signal);
      if (signal.aborted) return;
      this.progress.recordTry();
      state = nextState(state, await this.#step(state, signal));
    }
  }

  async #step(state: ReflectorState, signal: AbortSignal): Promise<ReflectorInput> {
    try {
      return state.name === "listing"
        ? await this.#listPage(state.continueToken, signal)
        : await this.#watch(state.resourceVersion, signal);
    } catch (error) {
      if (!signal.aborted) this.#failed(error, state);
      return error instanceof ExpiredError
        ? { kind: "expired" }
        : { kind: "failed", healthyMs: 0, ...wishOf(error) };
    }
  }

  #failed(error: unknown, state: ReflectorState): void {
    this.#options.onFailure(error, state);
    if (error instanceof ForbiddenError) this.progress.recordRefusal("Forbidden");
    else if (this.isOptional && error instanceof NotFoundError)
      this.progress.recordRefusal("Missing");
  }

  async #listPage(continueToken: string | undefined, signal: AbortSignal): Promise<ReflectorInput> {
    const { store, metadataOnly, namespace, labelSelector, fieldSelector } = this.#options;
    if (continueToken === undefined) [this.#staged, this.#pageSize] = [[], pageSize];
    const page = await this.#fittingPage({
      namespace,
      labelSelector,
      fieldSelector,
      continueToken,
      metadataOnly,
      signal,
    });
    if (this.#isEarlier(page.resourceVersion)) {
      this.#options.onWentBack?.();
      return { kind: "failed", healthyMs: 0 };
    }
    for (const item of page.items) this.#staged.push(store.transform(item));
    if (page.continueToken === undefined) this.#takeIn(page.resourceVersion);
    this.progress.recordAnswer();
    return {
      kind: "page",
      resourceVersion: page.resourceVersion,
      continueToken: page.continueToken,
    };
  }

  /** A page of large objects may be longer than an answer may be: it is asked for in smaller ones. */
  async #fittingPage(options: ListOptions): Promise<Page<T>> {
    const { client, resource } = this.#options;
    for (;;) {
      try {
        return await client.list(resource, { ...options, limit: this.#pageSize });
      } catch (error) {
        if (!(error instanceof AnswerTooLongError) || this.#pageSize === 1) throw error;
        this.#pageSize = Math.ceil(this.#pageSize / 4);
      }
    }
  }

  #isEarlier(resourceVersion: string): boolean {
    const wentBack = compareResourceVersions(resourceVersion, this.#newest) < 0;
    this.#newest = resourceVersion;
    return wentBack;
  }

  #takeIn(resourceVersion: string): void {
    this.#options.store.replaceAll(this.#staged, resourceVersion, this.#options.namespace);
    this.#staged = [];
    this.progress.recordSync();
  }

  async #watch(from: string, signal: AbortSignal): Promise<ReflectorInput> {
    const { client, resource, namespace, now, random, store } = this.#options;
    const { labelSelector, fieldSelector, metadataOnly } = this.#options;
    const silence = new AbortController();
    const timer = setInterval(
      () =>
        now() - lastHeard > silenceLimitMs &&
        silence.abort(new ApiUnreachableError(`the watch of ${this.kind} is silent`)),
      5_000,
    );
    const started = now();
    let lastHeard = started;
    let resourceVersion = from;
    try {
      const timeoutSeconds = Math.round(240 + 50 * random());
      const selected = { namespace, labelSelector, fieldSelector, metadataOnly };
      const options = { ...selected, resourceVersion, timeoutSeconds };
      for await (const event of client.watch(
        resource,
        options,
        AbortSignal.any([signal, silence.signal]),
      )) {
        lastHeard = now();
        this.progress.recordAnswer();
        // An event that comes late must not send the next watch back.
        resourceVersion = newest(
          resourceVersion,
          event.object.metadata.resourceVersion ?? resourceVersion,
        );
        if (event.type !== "BOOKMARK") store.recordEvent(event.type, event.object, namespace);
      }
      return { kind: "ended", resourceVersion, healthyMs: now() - started };
    } catch (error) {
      if (error instanceof ExpiredError) throw error;
      if (!signal.aborted) this.#failed(error, { name: "watching", resourceVersion, failures: 0 });
      return { kind: "failed", resourceVersion, healthyMs: lastHeard - started, ...wishOf(error) };
    } finally {
      clearInterval(timer);
    }
  }
}

/** How long the server wishes to be left alone, where it said so. */
function wishOf(error: unknown): { readonly retryAfterMs?: number } {
  return error instanceof ApiError ? present({ retryAfterMs: error.retryAfterMs }) : {};
}
