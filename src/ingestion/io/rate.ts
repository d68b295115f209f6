import { type Rate, reserve } from "../../kubernetes/rate-limit.ts";

/** Lets so many through and refuses the rest at once; nobody waits. */
export class RateGate {
  readonly #rate: Rate;
  #next = Number.NEGATIVE_INFINITY;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Whether one more may pass. @param nowMs of a clock that never goes back */
  passes(nowMs: number): boolean {
    const { waitMs, next } = reserve(this.#rate, this.#next, nowMs);
    if (waitMs > 0) return false;
    this.#next = next;
    return true;
  }
}
