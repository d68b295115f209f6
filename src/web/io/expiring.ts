import type { Millis } from "../../values/time.ts";

interface Kept<T> {
  readonly value: Promise<T>;
  readonly until: number;
}

/** Keeps answers for a while, and asks once for all who want the same one meanwhile. */
export class Expiring<T> {
  readonly #lasts: Millis;
  readonly #most: number;
  readonly #clock: () => number;
  /** What was asked for first comes first. */
  readonly #kept = new Map<string, Kept<T>>();

  /** @param clock never goes back (ms). @param most answers at once: the oldest go */
  constructor(lasts: Millis, most: number, clock: () => number) {
    this.#lasts = lasts;
    this.#most = most;
    this.#clock = clock;
  }

  /** The answer that is known, or a new one. One that fails is not kept. */
  async get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > this.#clock()) return known.value;
    this.#kept.delete(key);
    const value = ask();
    const kept = { value, until: this.#clock() + this.#lasts };
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest);
    try {
      return await value;
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
      throw error;
    }
  }
}
