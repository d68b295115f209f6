/** How long something waits: until nothing new has come for `quietMs`, at most `longestMs`. */
export interface DebounceTimes {
  readonly quietMs: number;
  readonly longestMs: number;
}

interface Waiting {
  readonly content: string;
  /** When it goes at the latest. */
  readonly until: number;
  /** When something new came last. */
  readonly last: number;
}

/** Lets what comes close together go together, once it is quiet. */
export class Debounce {
  readonly #now: () => number;
  readonly #waiting = new Map<string, Waiting>();

  /** `now` never goes back (ms). */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * How long `content` has to wait from now (ms); 0 where it may go. Other content than before
   * breaks the quiet. The times may change while something waits: shorter ones count from then on,
   * longer ones don't hold back what was to go earlier.
   */
  waitMs(key: string, content: string, { quietMs, longestMs }: DebounceTimes): number {
    const now = this.#now();
    const known = this.#waiting.get(key);
    const until = Math.min(known?.until ?? Infinity, now + longestMs);
    const last = known?.content === content ? known.last : now;
    this.#waiting.set(key, { content, until, last });
    return Math.max(0, Math.min(until, last + quietMs) - now);
  }

  /** Nothing of this key waits any more: it went, or there is nothing left to go. */
  end(key: string): void {
    this.#waiting.delete(key);
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#waiting.size;
  }
}
