/** First pause after a failure and the longest one (ms). */
const backoff = { firstMs: 50, longestMs: 60_000 };

export interface QueueOptions {
  readonly now: () => number;
  readonly random: () => number;
  /** Calls back after `ms`; returns what cancels it. */
  readonly timer: (ms: number, callback: () => void) => () => void;
}

interface Delayed {
  readonly at: number;
  readonly cancel: () => void;
}

/**
 * Keys that wait for a worker. A key waits once however often it is added; it is never worked on twice at the same time, and one
 * added meanwhile comes again afterwards. These are the guarantees of client-go's workqueue.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #workers: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Keys that wait for a worker now; delayed ones don't count. */
  get depth(): number {
    return this.#waiting.size;
  }

  add(key: string): void {
    if (this.#closed) return;
    this.#undelay(key);
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    const worker = this.#workers.shift();
    if (worker === undefined) this.#waiting.add(key);
    else this.#start(key, worker);
  }

  /** Adds the key in `ms`. Of several delays the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    const at = this.#options.now() + ms;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.at <= at) return;
    this.#undelay(key);
    const cancel = this.#options.timer(ms, () => this.add(key));
    this.#delayed.set(key, { at, cancel });
  }

  /** Adds a key that failed, after a pause that doubles with each failure in a row. `atLeastMs` is the server's wish. */
  addFailed(key: string, atLeastMs = 0): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const pause = Math.min(backoff.longestMs, backoff.firstMs * 2 ** Math.min(failures, 20)) * (0.5 + this.#options.random() / 2);
    this.addAfter(key, Math.max(pause, atLeastMs));
  }

  /** Ends the back-off of a key that succeeded. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key for a worker, who must call `done` with it; undefined when the queue is closed. */
  async next(): Promise<string | undefined> {
    if (this.#closed) return undefined;
    const key = this.#waiting.values().next().value;
    return new Promise((resolve) => {
      if (key === undefined) {
        this.#workers.push(resolve);
        return;
      }
      this.#waiting.delete(key);
      this.#start(key, resolve);
    });
  }

  done(key: string): void {
    this.#running.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Drops all that waits; workers that wait get undefined. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#waiting.clear();
    this.#again.clear();
    for (const worker of this.#workers.splice(0)) worker(undefined);
  }

  #start(key: string, worker: (key: string) => void): void {
    this.#running.add(key);
    worker(key);
  }

  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }
}
