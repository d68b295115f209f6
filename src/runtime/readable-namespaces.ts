import type { Logger } from "pino";
import type { SyncProgress } from "../kubernetes/sync-progress.ts";

/** What can be asked about the namespaces whose objects are watched one by one. */
export interface NamespacesInReach {
  /**
   * Whether all that is cached of a namespace is complete and followed. Where it is not, what the
   * caches lack may well exist: nothing may follow from its absence.
   */
  isReadable(namespace: string | undefined): boolean;
  /** Calls `listener` each time a namespace has become readable. */
  onReadable(listener: (namespace: string) => void): void;
}

/**
 * Which of the watched namespaces can be read. One that the API server refuses (it was deleted, or
 * its RoleBinding went) is held out until it can be read again, and holds up no other one. With no
 * list of namespaces, all are watched by one watch a kind, and all are readable.
 */
export class ReadableNamespaces implements NamespacesInReach {
  readonly #log: Logger;
  readonly #sources = new Map<string, SyncProgress[]>();
  readonly #readable = new Set<string>();
  readonly #listeners: ((namespace: string) => void)[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** One more kind of a namespace is followed. */
  add(namespace: string, source: SyncProgress): void {
    const sources = this.#sources.get(namespace) ?? [];
    this.#sources.set(namespace, [...sources, source]);
    this.#readable.delete(namespace);
    source.onTurn(() => this.#look(namespace));
  }

  isReadable(namespace: string | undefined): boolean {
    return (
      namespace === undefined || !this.#sources.has(namespace) || this.#readable.has(namespace)
    );
  }

  onReadable(listener: (namespace: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Each namespace that is watched by name, and whether it can be read. */
  get all(): readonly (readonly [namespace: string, isReadable: boolean])[] {
    return [...this.#sources.keys()].map((name) => [name, this.#readable.has(name)] as const);
  }

  #look(namespace: string): void {
    const sources = this.#sources.get(namespace) ?? [];
    const isReadable = sources.every(({ isSynced, isRefused }) => isSynced && !isRefused);
    if (isReadable === this.#readable.has(namespace)) return;
    if (isReadable) this.#readable.add(namespace);
    else this.#readable.delete(namespace);
    if (isReadable) this.#log.info({ namespace }, "a namespace can be read");
    else
      this.#log.warn(
        { namespace },
        "a namespace can't be read any more: its fleets are left alone",
      );
    if (isReadable) for (const listener of this.#listeners) listener(namespace);
  }
}
