import { Debounce } from "./debounce.ts";
import { Throttle } from "./throttle.ts";

/**
 * How long a write may wait (ms). Debounced: until nothing new came for `quietMs`, at most
 * `longestMs`. Throttled: until `everyMs` after the last one of its object, at most a minute.
 */
export type Pacing =
  | { readonly kind: "debounce"; readonly quietMs: number; readonly longestMs: number }
  | { readonly kind: "throttle"; readonly everyMs: number };

const longestThrottleMs = 60_000;

/** Lets writes that may wait go together, or not too often. */
export class Pacer {
  readonly #debounce: Debounce;
  readonly #throttle: Throttle;

  /** `now` never goes back (ms). */
  constructor(now: () => number) {
    this.#debounce = new Debounce(now);
    this.#throttle = new Throttle(longestThrottleMs, now);
  }

  /** How long a write of this content has to wait from now (ms); 0 where it may go. */
  waitMs(key: string, content: string, pacing: Pacing | undefined): number {
    switch (pacing?.kind) {
      case undefined:
        return 0;
      case "debounce":
        return this.#debounce.waitMs(key, content, pacing);
      case "throttle":
        return this.#throttle.waitMs(key, pacing.everyMs);
    }
  }

  /** It was written, whether it could have waited or not. */
  written(key: string): void {
    this.#debounce.end(key);
    this.#throttle.went(key);
  }

  /** There is nothing left to write. */
  settled(key: string): void {
    this.#debounce.end(key);
  }

  /** How many objects are remembered. */
  get size(): number {
    return this.#debounce.size + this.#throttle.size;
  }
}
