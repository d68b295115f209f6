interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Timers of one process, which fire when the test says so. */
export class VirtualTimers {
  readonly #elapsedMs: () => number;
  readonly #timers = new Set<Timer>();

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
  }

  /** Calls back once `ms` have gone by; returns what cancels it. */
  readonly timer = (ms: number, callback: () => void): (() => void) => {
    const timer = { at: this.#elapsedMs() + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Fires what is due, each once, in the order of its time. */
  fire(): void {
    const now = this.#elapsedMs();
    const due = [...this.#timers].filter(({ at }) => at <= now);
    for (const timer of due.toSorted((a, b) => a.at - b.at))
      if (this.#timers.delete(timer)) timer.callback();
  }
}
