import { randomBytes } from "node:crypto";
import { type Instant, hours } from "../../values/time.ts";

const hour = hours(1);

/** What fresh ticket secrets are made from: random, another one each hour, in memory only. */
export class TicketSeed {
  readonly #now: () => Instant;
  #drawn: { readonly hour: number; readonly seed: string } | undefined;

  constructor(now: () => Instant) {
    this.#now = now;
  }

  /** The seed of this hour: a secret. */
  seed(): string {
    const current = Math.floor(this.#now() / hour);
    if (this.#drawn?.hour !== current)
      this.#drawn = { hour: current, seed: randomBytes(32).toString("base64") };
    return this.#drawn.seed;
  }
}
