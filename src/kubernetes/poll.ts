import type { KubeObject } from "./objects.ts";
import type { ApiClient } from "./client.ts";
import { ForbiddenError } from "./errors.ts";
import { SyncProgress } from "./sync-progress.ts";
import type { Source } from "./reflector.ts";
import type { Resource } from "./resource.ts";
import type { Store } from "./store.ts";

/** Between two looks (ms). */
const pollMs = 30_000;

export interface PollOptions<T extends KubeObject> {
  readonly client: ApiClient;
  readonly resource: Resource<T>;
  readonly store: Store<T>;
  readonly name: string;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
  /** Called after each failure; the next look comes all the same. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Keeps a Namespace in a store as the server has it, with `get` alone. It stands in for a watch of
 * Namespaces where the operator has rights on some of them only: a rule with resourceNames can't
 * narrow a list.
 */
export class Poll<T extends KubeObject> implements Source {
  readonly #options: PollOptions<T>;
  readonly progress: SyncProgress;

  constructor(options: PollOptions<T>) {
    this.#options = options;
    this.progress = new SyncProgress(options.now);
  }

  get kind(): string {
    return this.#options.resource.kind;
  }

  get namespace(): string {
    return this.#options.name;
  }

  relist(): void {
    this.#options.store.rewind();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { sleep, random, onFailure } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#look(signal);
      } catch (error) {
        if (!signal.aborted) onFailure(error);
        if (error instanceof ForbiddenError) this.progress.recordRefusal();
      }
      const isAnswered = this.progress.isSynced || this.progress.isRefused;
      await sleep((isAnswered ? pollMs : 2_000) * (0.9 + 0.2 * random()), signal);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { client, resource, store, name } = this.#options;
    this.progress.recordTry();
    const object = await client.get(resource, { name }, signal);
    store.recordRead({ name }, object);
    this.progress.recordAnswer();
    this.progress.recordSync();
  }
}
