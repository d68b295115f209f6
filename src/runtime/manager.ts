import type { Logger } from "pino";
import { explainError } from "../values/errors.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { Poll } from "../kubernetes/poll.ts";
import { Reflector, type Source } from "../kubernetes/reflector.ts";
import type { Transform } from "../kubernetes/transform.ts";
import type { Resource } from "../kubernetes/resource.ts";
import { type Index, Store } from "../kubernetes/store.ts";
import type { KubeObject } from "../kubernetes/objects.ts";
import { sleep } from "./clock.ts";
import { type Controller, runController } from "./controller.ts";
import type { Metrics } from "./metrics.ts";
import { ReadableNamespaces } from "./readable-namespaces.ts";

export interface WatchScope<T extends KubeObject> {
  readonly labelSelector?: string;
  readonly metadataOnly?: boolean;
  /** An older installation may lack the kind, or the right to read it: that holds up nobody. */
  readonly isOptional?: boolean;
  readonly indexes?: Record<string, Index<T>>;
  readonly transform?: Transform<T>;
}

export interface ManagerOptions {
  readonly client: ApiClient;
  readonly log: Logger;
  /**
   * Namespaced kinds are watched in these alone, and of the Namespaces these alone are read. Empty:
   * all.
   */
  readonly namespaces?: readonly string[];
  readonly metrics?: Metrics;
  /** How many objects each controller reconciles side by side. */
  readonly workers: number;
}

/**
 * An object is looked at again after about this time (ms) even if nothing changed; spread by a
 * tenth, so that not all come at once.
 */
const resyncMs = 10 * 3_600_000;

/**
 * A source in which nothing at all happened for this long (ms) is stuck: lists, watches and pauses
 * all end much earlier.
 */
const stuckAfterMs = 5 * 60_000;

/** Fills the caches and runs the controllers of one process. */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #sources: Source[] = [];
  readonly #stores: { readonly kind: string; readonly store: { readonly size: number } }[] = [];
  readonly #controllers: Controller[] = [];
  /** Which of the watched namespaces can be read. */
  readonly namespaces: ReadableNamespaces;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.namespaces = new ReadableNamespaces(options.log);
    const { metrics } = options;
    if (metrics === undefined) return;
    metrics.queues(() => this.#controllers);
    metrics.gauge(
      { name: "proxyfleet_cache_objects", help: "Objects in a cache", labelNames: ["kind"] },
      () => this.#stores.map(({ kind, store }) => [{ kind }, store.size] as const),
    );
    metrics.gauge(
      {
        name: "proxyfleet_watch_quiet_seconds",
        help: "Time since a watch last brought an event or a bookmark",
        labelNames: ["kind"],
      },
      () => this.#quiet(),
    );
    metrics.gauge(
      {
        name: "proxyfleet_namespace_readable",
        help: "1 for each namespace of watchNamespaces that can be read, 0 for one that is held out",
        labelNames: ["namespace"],
      },
      () => this.namespaces.all.map(([namespace, is]) => [{ namespace }, Number(is)] as const),
    );
  }

  /** A store that follows the server's objects of one kind once the caches run. */
  watch<T extends KubeObject>(resource: Resource<T>, scope: WatchScope<T> = {}): Store<T> {
    const store = new Store<T>(scope.indexes, scope.transform);
    this.#stores.push({ kind: resource.kind, store });
    const { namespaces = [] } = this.#options;
    if (namespaces.length === 0 || !resource.namespaced)
      this.#follow(this.#reflector(resource, store, scope));
    else
      for (const namespace of namespaces)
        this.#follow(this.#reflector(resource, store, { ...scope, namespace }));
    return store;
  }

  /**
   * A store of cluster-scoped objects named as the watched namespaces are; with no such list, all
   * of them.
   */
  watchNamespaces<T extends KubeObject>(
    resource: Resource<T>,
    scope: WatchScope<T> = {},
  ): Store<T> {
    const { namespaces: names = [], client } = this.#options;
    if (names.length === 0) return this.watch(resource, scope);
    const store = new Store<T>(scope.indexes, scope.transform);
    this.#stores.push({ kind: resource.kind, store });
    for (const name of names) {
      const onFailure = (error: unknown) =>
        this.#options.log.warn(
          { kind: resource.kind, name, error: explainError(error) },
          "a look failed and will be tried again",
        );
      this.#follow(new Poll<T>({ client, resource, store, name, ...clocks, onFailure }));
    }
    return store;
  }

  #follow(source: Source): void {
    this.#sources.push(source);
    if (source.namespace !== undefined) this.namespaces.add(source.namespace, source.progress);
  }

  add(controller: Controller): void {
    const { metrics } = this.#options;
    if (metrics !== undefined) controller.queue.observe(metrics.queue(controller));
    this.#controllers.push(controller);
  }

  /**
   * Whether every cache holds a complete list, but for those of namespaces that the API server
   * refuses, and of kinds that it lacks: these are held out, and hold up nobody.
   */
  get isSynced(): boolean {
    return this.#sources.every(
      (source) => source.progress.isSynced || (mayLack(source) && source.progress.isRefused),
    );
  }

  /**
   * What is stuck for good; undefined while all moves. An API server that can't be reached is no
   * such case: tries go on.
   */
  get problem(): string | undefined {
    const stuck = this.#sources.find(({ progress }) => progress.idleMs > stuckAfterMs);
    if (stuck === undefined) return undefined;
    return `the watch of ${stuck.kind} has done nothing for ${Math.round(stuck.progress.idleMs / 1000)} s`;
  }

  /**
   * Whether some caches were read after the server went back to an earlier state, and others not
   * yet: nothing may be written then, for objects that never were.
   */
  get isReadingAgain(): boolean {
    return this.#sources.some(
      (source) => source.progress.isOutdated && !(mayLack(source) && source.progress.isRefused),
    );
  }

  /** The server's versions went back: every cache is read again at once. */
  relist(): void {
    this.#options.log.warn(
      "the API server's versions went back, as after a restore of etcd: everything is read again",
    );
    for (const source of this.#sources) source.relist();
  }

  /** Feeds the caches until `signal` fires. */
  async fill(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#sources.map(async (source) => source.run(signal)));
  }

  /**
   * Resolves with true when all caches are full, or held out; with false when `signal` fires first.
   */
  async filled(signal: AbortSignal): Promise<boolean> {
    const filled = Promise.all(
      this.#sources.map(async (source) =>
        mayLack(source) ? source.progress.settled : source.progress.synced,
      ),
    );
    await Promise.race([filled, aborted(signal)]);
    if (signal.aborted) return false;
    const heldOut = this.namespaces.all.flatMap(([name, is]) => (is ? [] : [name]));
    if (heldOut.length > 0) this.#options.log.warn({ namespaces: heldOut }, heldOutText);
    this.#options.log.info(
      { kinds: this.#stores.length, watches: this.#sources.length },
      "caches are filled",
    );
    return true;
  }

  /** Runs the controllers until `signal` fires and the reconciles under way have ended. */
  async work(signal: AbortSignal): Promise<void> {
    const { metrics, log, workers } = this.#options;
    const resync = () => resyncMs * (0.9 + 0.2 * Math.random());
    const run = async (controller: Controller) =>
      runController(controller, {
        log,
        signal,
        workers,
        observer: metrics?.reconciles(controller, workers),
        resyncMs: resync,
      });
    await Promise.all(this.#controllers.map(run));
  }

  /** The quietest source of each kind. */
  #quiet(): (readonly [{ readonly kind: string }, number])[] {
    const kinds = Map.groupBy(this.#sources, ({ kind }) => kind);
    return [...kinds].map(
      ([kind, sources]) =>
        [{ kind }, Math.max(...sources.map(({ progress }) => progress.quietMs)) / 1000] as const,
    );
  }

  #reflector<T extends KubeObject>(
    resource: Resource<T>,
    store: Store<T>,
    scope: WatchScope<T> & { readonly namespace?: string },
  ): Source {
    const { client, log } = this.#options;
    const { labelSelector, metadataOnly, isOptional, namespace } = scope;
    const reflector = new Reflector<T>({
      client,
      resource,
      store,
      namespace,
      labelSelector,
      metadataOnly,
      isOptional,
      ...clocks,
      onWentBack: () => this.relist(),
      onFailure: (error, { name: state }) => {
        const facts = { kind: resource.kind, namespace, state, error: explainError(error) };
        const isKnown = reflector.progress.isRefused;
        log[isKnown ? "debug" : "warn"](facts, "a watch failed and will be tried again");
      },
    });
    return reflector;
  }
}

/** What such a source lacks is held out: it holds up nobody. */
function mayLack({ namespace, isOptional }: Source): boolean {
  return namespace !== undefined || isOptional === true;
}

const heldOutText =
  "these namespaces can't be read: their fleets are left alone, and it is tried again. If one was deleted, take it out of watchNamespaces; otherwise give its RoleBinding back with helm upgrade";

const clocks = { sleep, random: Math.random, now: () => performance.now() };

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
