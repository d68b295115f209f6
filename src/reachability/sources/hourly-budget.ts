import { hours, type Instant, millis, type Millis, plus, since } from "../../values/time.ts";

/**
 * Calls that we allow ourselves in any hour, for a service that does not say how many it allows.
 * All that ask it from one address share one.
 */
export class HourlyBudget {
  readonly #most: number;
  #spent: readonly Instant[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** How many calls are left, and how long until there is one more. */
  at(now: Instant): { readonly left: number; readonly renewedInMs: Millis } {
    // A clock that was set back must not lock the budget for longer than an hour.
    this.#spent = this.#spent.filter((at) => at <= now && since(at, now) < hours(1));
    const [oldest] = this.#spent;
    const renewedInMs = oldest === undefined ? millis(0) : since(now, plus(oldest, hours(1)));
    return { left: this.#most - this.#spent.length, renewedInMs };
  }

  spend(now: Instant): void {
    this.#spent = [...this.#spent, now];
  }
}
