import { type Instant, type Millis, plus } from "../../../src/values/time.ts";

/** A clock that moves only when it is told to. */
export class VirtualClock {
  #now: Instant;
  #elapsedMs = 0;

  constructor(start: Instant) {
    this.#now = start;
  }

  readonly now = (): Instant => this.#now;

  /** How much time has gone by (ms). It never goes back, wherever the clock is set. */
  readonly elapsedMs = (): number => this.#elapsedMs;

  /** Time goes by. */
  pass(time: Millis): void {
    this.#now = plus(this.#now, time);
    this.#elapsedMs += time;
  }

  /** The clock is set, forwards or back, and no time goes by. */
  set(by: Millis): void {
    this.#now = plus(this.#now, by);
  }
}
