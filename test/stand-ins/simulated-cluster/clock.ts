import { type Instant, type Millis, plus } from "../../../src/values/time.ts";

/** A clock that moves only when it is told to, forwards or back. */
export class VirtualClock {
  #now: Instant;

  constructor(start: Instant) {
    this.#now = start;
  }

  readonly now = (): Instant => this.#now;

  /** Time goes by, or the clock is set: back where it is negative. */
  pass(time: Millis): void {
    this.#now = plus(this.#now, time);
  }
}
