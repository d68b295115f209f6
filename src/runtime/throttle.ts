/**
 * Lets what can wait go at most once in `everyMs` for each key: the first at once, what comes too
 * early later.
 */
export class Pace {
  readonly #everyMs: number;
  readonly #now: () => number;
  /**
   * When each key went last, the longest ago first. What is older than `everyMs` needs no memory.
   */
  readonly #went = new Map<string, number>();

  /** `now` never goes back (ms). */
  constructor(everyMs: number, now: () => number) {
    this.#everyMs = everyMs;
    this.#now = now;
  }

  /** How long the key has to wait (ms); 0 where it may go now. */
  waitMs(key: string): number {
    const went = this.#went.get(key);
    return went === undefined ? 0 : Math.max(0, went + this.#everyMs - this.#now());
  }

  /** The key goes now, whether it could have waited or not. */
  went(key: string): void {
    const now = this.#now();
    this.#went.delete(key);
    this.#went.set(key, now);
    for (const [oldest, at] of this.#went) {
      if (at + this.#everyMs > now) return;
      this.#went.delete(oldest);
    }
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#went.size;
  }
}
