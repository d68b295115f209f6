import type { Logger } from "pino";
import { explainError } from "../errors.ts";
import type { ApiClient } from "../kube/client.ts";
import { Reflector } from "../kube/reflector.ts";
import type { Resource } from "../kube/resource.ts";
import { type Index, Store } from "../kube/store.ts";
import type { KubeObject } from "../manifests/objects.ts";
import { sleep } from "./clock.ts";
import { type Controller, runController } from "./controller.ts";

export interface WatchScope<T extends KubeObject> {
  readonly labelSelector?: string;
  readonly metadataOnly?: boolean;
  readonly indexes?: Record<string, Index<T>>;
}

/** Runs reflectors and controllers of one process: caches first, then workers, until it is told to stop. */
export class Manager {
  readonly #client: ApiClient;
  readonly #log: Logger;
  readonly #reflectors: Pick<Reflector<KubeObject>, "isSynced" | "synced" | "run">[] = [];
  readonly #controllers: Controller[] = [];

  constructor(client: ApiClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  /** A store that follows the server's objects of one kind once the manager runs. */
  watch<T extends KubeObject>(resource: Resource<T>, scope: WatchScope<T> = {}): Store<T> {
    const store = new Store<T>(scope.indexes);
    const reflector = new Reflector<T>({
      client: this.#client,
      resource,
      store,
      labelSelector: scope.labelSelector,
      metadataOnly: scope.metadataOnly,
      sleep,
      random: Math.random,
      now: () => performance.now(),
      onFailure: (error, state) =>
        this.#log.warn({ kind: resource.kind, state: state.name, error: explainError(error) }, "a watch failed and will be tried again"),
    });
    this.#reflectors.push(reflector);
    return store;
  }

  add(controller: Controller): void {
    this.#controllers.push(controller);
  }

  /** Whether every cache holds a complete list. */
  get isSynced(): boolean {
    return this.#reflectors.every((reflector) => reflector.isSynced);
  }

  /** Runs until `signal` fires and the workers have ended. */
  async run(signal: AbortSignal): Promise<void> {
    const reflectors = this.#reflectors.map(async (reflector) => reflector.run(signal));
    await Promise.race([Promise.all(this.#reflectors.map(async (reflector) => reflector.synced)), aborted(signal)]);
    if (!signal.aborted) {
      this.#log.info({ kinds: this.#reflectors.length }, "caches are filled");
      await Promise.all(this.#controllers.map(async (controller) => runController(controller, this.#log, signal)));
    }
    await Promise.all(reflectors);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
