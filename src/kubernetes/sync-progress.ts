/** Why the server does not let a kind be read: it has no such kind, or this process has no right. */
export type Refusal = "Missing" | "Forbidden";

/**
 * How far a store's source has come, and how long it has been quiet. Times are those of the clock
 * that it is given (ms, monotonic).
 */
export class SyncProgress {
  readonly #now: () => number;
  readonly #synced = Promise.withResolvers<void>();
  readonly #settled = Promise.withResolvers<void>();
  readonly #listeners: (() => void)[] = [];
  #isSynced = false;
  #refusal: Refusal | undefined;
  #isOutdated = false;
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

  /** Whether the store holds what the server may never have had, until it is listed again. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** Resolves when the store first holds a complete list. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Whether the server's last answer was that it can't be read. */
  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  /** Why it can't be read, by the server's last answer. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** Resolves when the store first holds a complete list, or the server has refused to give it. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Calls `listener` each time that the store became complete, was refused, or is followed again. */
  onTurn(listener: () => void): void {
    this.#listeners.push(listener);
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
    if (this.#refusal === undefined) return;
    this.#refusal = undefined;
    this.#turn();
  }

  /** The server refused it. */
  recordRefusal(why: Refusal = "Forbidden"): void {
    if (this.#refusal === why) return;
    this.#refusal = why;
    this.#turn();
  }

  /** The server went back to an earlier state: what the store holds is to be listed again. */
  outdate(): void {
    this.#isOutdated = true;
  }

  /** The store holds a complete list. */
  recordSync(): void {
    this.#isOutdated = false;
    if (this.#isSynced) return;
    this.#isSynced = true;
    this.#synced.resolve();
    this.#turn();
  }

  #turn(): void {
    this.#settled.resolve();
    for (const listener of this.#listeners) listener();
  }
}
