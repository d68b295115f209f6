const hour = 3_600_000;

/** Tests of an hour that starts with the first one: by token, or all that have none together. */
export class Quota {
  readonly limit: number;
  #used = 0;
  #since: number | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  remaining(now: number): number {
    if (this.#since !== undefined && now - this.#since >= hour) {
      this.#used = 0;
      this.#since = undefined;
    }
    return this.limit - this.#used;
  }

  /** Seconds until it is renewed; 0 before the first test. */
  reset(now: number): number {
    return this.#since === undefined ? 0 : Math.ceil((this.#since + hour - now) / 1000);
  }

  spend(tests: number, now: number): void {
    this.#since ??= now;
    this.#used += tests;
  }

  headers(cost: number, now: number): Record<string, string> {
    return {
      "X-RateLimit-Limit": `${this.limit}`,
      "X-RateLimit-Consumed": `${this.limit - this.remaining(now)}`,
      "X-RateLimit-Remaining": `${this.remaining(now)}`,
      "X-RateLimit-Reset": `${this.reset(now)}`,
      "X-Request-Cost": `${cost}`,
    };
  }
}

/** Polls of one measurement: the sixth within 2 s is refused, and all for the next 5 s. */
export class PollLimit {
  #polls: number[] = [];
  #blockedUntil = 0;

  /** Seconds to wait, or undefined where it may be polled. */
  refuses(now: number): number | undefined {
    if (now < this.#blockedUntil) return Math.ceil((this.#blockedUntil - now) / 1000);
    this.#polls = [...this.#polls.filter((at) => now - at < 2_000), now];
    if (this.#polls.length <= 5) return undefined;
    this.#blockedUntil = now + 5_000;
    return 5;
  }
}
