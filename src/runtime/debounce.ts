/**
 * How long something waits (ms): until nothing more has come for `quiet`, but no longer than
 * `longest`.
 */
export interface DelayTimes {
  readonly quiet: number;
  readonly longest: number;
}

/** Lets what comes close together go together, once it is quiet. */
export class Delay {
  readonly #now: () => number;
  /** What of each key waits, until when at most, and when something new came last. */
  readonly #waiting = new Map<
    string,
    { readonly what: string; readonly until: number; readonly last: number }
  >();

  /** `now` never goes back (ms). */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * How long `what` has to wait from now (ms); 0 where it may go. That it is another one than
   * before is what breaks the quiet. `times` may change while something waits: shorter ones count
   * from then on, longer ones don't hold back what was to go earlier.
   */
  waitMs(key: string, what: string, { quiet, longest }: DelayTimes): number {
    const now = this.#now();
    const known = this.#waiting.get(key);
    const until = Math.min(known?.until ?? Infinity, now + longest);
    const last = known?.what === what ? known.last : now;
    this.#waiting.set(key, { what, until, last });
    return Math.max(0, Math.min(until, last + quiet) - now);
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
