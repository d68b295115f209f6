import { type Instant, type Millis, plus } from "../../../src/values/time.ts";

/** A clock that moves only when it is told to. */
export class VirtualClock {
  #now: Instant;
  #elapsedMs = 0;
  #isDoubtful = false;
  readonly #listeners = new Set<() => void>();

  constructor(start: Instant) {
    this.#now = start;
  }

  readonly now = (): Instant => this.#now;

  /** How much time has gone by (ms). It never goes back, wherever the clock is set. */
  readonly elapsedMs = (): number => this.#elapsedMs;

  /** Whether another clock says otherwise: nobody can tell which of them is right. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  set isDoubtful(value: boolean) {
    if (value === this.#isDoubtful) return;
    this.#isDoubtful = value;
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` each time that the clocks begin to differ, or to agree. */
  readonly onTurn = (listener: () => void): void => void this.#listeners.add(listener);

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
