/**
 * How far a source of a store has come, and how long it has been quiet. Times are of the clock that
 * it is given (ms, monotonic).
 */
export class Progress {
  readonly #now: () => number;
  readonly #filled = Promise.withResolvers<void>();
  #isSynced = false;
  #heardAt: number;
  #steppedAt: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#heardAt = this.#steppedAt = now();
  }

  /** Whether the store holds a complete list. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Resolves when the store first holds a complete list. */
  get synced(): Promise<void> {
    return this.#filled.promise;
  }

  /** Time since the server last said something (ms): a list, an object, an event or a bookmark. */
  get quietMs(): number {
    return this.#now() - this.#heardAt;
  }

  /** Time since anything happened, failures included (ms): what grows beyond minutes is stuck. */
  get idleMs(): number {
    return this.#now() - Math.max(this.#steppedAt, this.#heardAt);
  }

  /** One more try begins. */
  step(): void {
    this.#steppedAt = this.#now();
  }

  /** The server said something. */
  hear(): void {
    this.#heardAt = this.#now();
  }

  /** The store holds a complete list. */
  fill(): void {
    this.#isSynced = true;
    this.#filled.resolve();
  }
}
