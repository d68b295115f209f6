/** The pause after a refusal, doubled with each further one of the same content, up to the longest (ms). */
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** So long after its pause, a refusal is forgotten (ms). */
const memoryMs = 60_000;

interface Known {
  /** Stands for what was to be written. */
  readonly content: string;
  readonly error: unknown;
  readonly times: number;
  /** When it was refused last (ms). */
  readonly at: number;
}

/**
 * Writes that the API server has refused, such as by a policy or for want of a right. What was
 * refused a moment ago is not asked for again in each look at an object that changes all the time:
 * the server has more to do, and its answer would be the same. Other content is tried at once.
 */
export class RefusedWrites {
  readonly #clock: () => number;
  /** By object, the one refused longest ago first. */
  readonly #known = new Map<string, Known>();

  /** @param clock never goes back (ms) */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** What the server said of this content, while it is not asked again; undefined where it may be. */
  of(object: string, content: string): { readonly error: unknown } | undefined {
    const known = this.#known.get(object);
    if (known?.content !== content) return undefined;
    return this.#clock() < known.at + pauseMs(known) ? { error: known.error } : undefined;
  }

  refused(object: string, content: string, error: unknown): void {
    const before = this.#known.get(object);
    const times = before?.content === content ? before.times + 1 : 1;
    this.#known.delete(object);
    this.#known.set(object, { content, error, times, at: this.#clock() });
    this.#forgetOld();
  }

  written(object: string): void {
    this.#known.delete(object);
  }

  /** How many objects are remembered. */
  get size(): number {
    return this.#known.size;
  }

  /** One with a longer pause in front keeps some others a little longer. */
  #forgetOld(): void {
    for (const [object, known] of this.#known) {
      if (this.#clock() < known.at + pauseMs(known) + memoryMs) return;
      this.#known.delete(object);
    }
  }
}

function pauseMs({ times }: Known): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (times - 1));
}
