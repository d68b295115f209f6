/** Lets what can wait go at most once in a while for each key: the first at once, the next later. */
export class Throttle {
  readonly #longestMs: number;
  readonly #now: () => number;
  /** When each key went last, the longest ago first. What is over needs no memory. */
  readonly #went = new Map<string, number>();

  /** No key is throttled for more than `longestMs`. `now` never goes back (ms). */
  constructor(longestMs: number, now: () => number) {
    this.#longestMs = longestMs;
    this.#now = now;
  }

  /** How long the key has to wait, so that `everyMs` lie between (ms); 0 where it may go now. */
  waitMs(key: string, everyMs = this.#longestMs): number {
    const went = this.#went.get(key);
    return went === undefined ? 0 : Math.max(0, went + everyMs - this.#now());
  }

  /** The key goes now, whether it could have waited or not. */
  went(key: string): void {
    const now = this.#now();
    this.#went.delete(key);
    this.#went.set(key, now);
    for (const [oldest, at] of this.#went) {
      if (at + this.#longestMs > now) return;
      this.#went.delete(oldest);
    }
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#went.size;
  }
}
