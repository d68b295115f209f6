/**
 * How far a store's source has come, and how long it has been quiet. Times are those of the clock
 * that it is given (ms, monotonic).
 */
export class SyncProgress {
  readonly #now: () => number;
  readonly #filled = Promise.withResolvers<void>();
  #isSynced = false;
  #answeredAt: number;
  #triedAt: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#answeredAt = this.#triedAt = now();
  }

  /** Whether the store holds a complete list. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Resolves when the store first holds a complete list. */
  get synced(): Promise<void> {
    return this.#filled.promise;
  }

  /** Time since the server last sent something (ms): a list, an object, an event or a bookmark. */
  get quietMs(): number {
    return this.#now() - this.#answeredAt;
  }

  /** Time since anything happened, failures included (ms): a source idle for minutes is stuck. */
  get idleMs(): number {
    return this.#now() - Math.max(this.#triedAt, this.#answeredAt);
  }

  /** One more try begins. */
  recordTry(): void {
    this.#triedAt = this.#now();
  }

  /** The server sent something. */
  recordAnswer(): void {
    this.#answeredAt = this.#now();
  }

  /** The store holds a complete list. */
  recordSync(): void {
    this.#isSynced = true;
    this.#filled.resolve();
  }
}
