/** First pause after a failure and the longest one (ms). */
const backoff = { firstMs: 50, longestMs: 60_000 };

/**
 * The same after a conflict: a cache lags behind an own write by a moment, so the first look comes
 * soon, but not before the watch can have caught up.
 */
const conflictBackoff = { firstMs: 200, longestMs: 30_000 };

/** So many conflicts in a row keep a key's priority; one that goes on must not hold up others. */
const urgentConflicts = 3;

/**
 * A key of low priority goes before those of high priority that came this much later (ms): it
 * waits, but never for good.
 */
const ageingMs = 5_000;

/**
 * High: something changed. Low: the first list, a resync, a try after a failure. A step that is to
 * go on keeps the one that it had.
 */
export type Priority = "high" | "low";

export interface QueueOptions {
  readonly now: () => number;
  readonly random: () => number;
  /** Calls back after `ms`; returns what cancels it. */
  readonly timer: (ms: number, callback: () => void) => () => void;
}

/** Observes what happens to keys (times in ms). */
export interface QueueObserver {
  added(): void;
  started(waitedMs: number): void;
  finished(workedMs: number): void;
  retried(): void;
}

interface Running {
  readonly since: number;
  readonly priority: Priority;
}

/** `since`: when it began to wait. */
interface Waiting extends Running {
  readonly key: string;
}

interface Delayed {
  readonly at: number;
  readonly cancel: () => void;
}

/**
 * Keys that wait for a worker. A key waits once however often it is added; it is never worked on
 * twice at the same time, and one added meanwhile comes again afterwards. These are the guarantees
 * of client-go's workqueue. What changed, and what it set going, goes before what is only looked at
 * again.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  /** Since when each key waits. */
  readonly #waiting: Readonly<Record<Priority, Map<string, number>>> = {
    high: new Map(),
    low: new Map(),
  };
  readonly #running = new Map<string, Running>();
  readonly #again = new Map<string, Priority>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #workers: ((key: string | undefined) => void)[] = [];
  #observer: QueueObserver | undefined;
  #isServed = false;
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Keys that wait for a worker now; delayed ones don't count. */
  get depth(): number {
    return this.#waiting.high.size + this.#waiting.low.size;
  }

  /** How long the key has waited that waits longest for a worker (ms); 0 where none does. */
  get lagMs(): number {
    const [high] = this.#waiting.high.values();
    const [low] = this.#waiting.low.values();
    const now = this.#options.now();
    return now - Math.min(high ?? now, low ?? now);
  }

  /** How long each key that is worked on has been (ms). */
  get runningMs(): readonly number[] {
    const now = this.#options.now();
    return [...this.#running.values()].map(({ since }) => now - since);
  }

  observe(observer: QueueObserver): void {
    this.#observer = observer;
  }

  /** What comes before the first worker is the first list of everything: that has low priority. */
  add(key: string, priority: Priority = this.#isServed ? "high" : "low"): void {
    if (this.#closed) return;
    this.#undelay(key);
    if (this.#running.has(key)) {
      this.#again.set(key, higher(priority, this.#again.get(key)));
      return;
    }
    const worker = this.#workers.shift();
    if (worker === undefined) this.#wait(key, priority);
    else {
      this.#observer?.added();
      this.#start({ key, since: this.#options.now(), priority }, worker);
    }
  }

  /** Adds the key in `ms`. Of several delays the earliest counts. */
  addAfter(key: string, ms: number, priority: Priority = "low"): void {
    if (this.#closed) return;
    const at = this.#options.now() + ms;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.at <= at) return;
    this.#undelay(key);
    const cancel = this.#options.timer(ms, () => this.add(key, priority));
    this.#delayed.set(key, { at, cancel });
  }

  /**
   * Adds a key that is worked on once more in `ms`, as what goes on: with the priority that it has
   * now.
   */
  addAgain(key: string, ms: number): void {
    this.addAfter(key, ms, this.#running.get(key)?.priority);
  }

  /**
   * Adds a key that failed, after a pause that doubles with each failure in a row. `atLeastMs` is
   * the server's wish.
   */
  addFailed(key: string, atLeastMs = 0): void {
    this.#observer?.retried();
    this.addAfter(key, Math.max(this.#pauseMs(key, backoff), atLeastMs));
  }

  /**
   * Adds a key whose write met somebody else's, after a pause that doubles with each conflict in a
   * row. The first tries keep the priority that it has now: the next look most likely succeeds.
   */
  addConflicted(key: string): void {
    const isNew = (this.#failures.get(key) ?? 0) < urgentConflicts;
    const pause = this.#pauseMs(key, conflictBackoff);
    if (isNew) this.addAgain(key, pause);
    else this.addAfter(key, pause);
  }

  /** The next pause of a key that fails (ms). */
  #pauseMs(key: string, { firstMs, longestMs }: typeof backoff): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const jitter = 0.5 + this.#options.random() / 2;
    return Math.min(longestMs, firstMs * 2 ** Math.min(failures, 20)) * jitter;
  }

  /** Ends the back-off of a key that succeeded. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * The next key for a worker, who must call `done` with it; undefined when the queue is closed.
   */
  async next(): Promise<string | undefined> {
    if (this.#closed) return undefined;
    this.#isServed = true;
    const head = this.#head();
    return new Promise((resolve) => {
      if (head === undefined) {
        this.#workers.push(resolve);
        return;
      }
      this.#waiting[head.priority].delete(head.key);
      this.#start(head, resolve);
    });
  }

  done(key: string): void {
    const running = this.#running.get(key);
    if (running !== undefined) this.#observer?.finished(this.#options.now() - running.since);
    this.#running.delete(key);
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again !== undefined) this.add(key, again);
  }

  /** Drops all that waits; workers that wait get undefined. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#waiting.high.clear();
    this.#waiting.low.clear();
    this.#again.clear();
    for (const worker of this.#workers.splice(0)) worker(undefined);
  }

  /** A key that waits already keeps its place, unless it rises. */
  #wait(key: string, priority: Priority): void {
    const { high, low } = this.#waiting;
    if (high.has(key) || (priority === "low" && low.has(key))) return;
    if (!low.delete(key)) this.#observer?.added();
    this.#waiting[priority].set(key, this.#options.now());
  }

  #head(): Waiting | undefined {
    const [high] = this.#waiting.high;
    const [low] = this.#waiting.low;
    if (low !== undefined && (high === undefined || low[1] + ageingMs <= high[1]))
      return { key: low[0], since: low[1], priority: "low" };
    return high === undefined ? undefined : { key: high[0], since: high[1], priority: "high" };
  }

  #start({ key, since, priority }: Waiting, worker: (key: string) => void): void {
    const now = this.#options.now();
    this.#running.set(key, { since: now, priority });
    this.#observer?.started(now - since);
    worker(key);
  }

  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }
}

function higher(a: Priority, b: Priority | undefined): Priority {
  return a === "high" || b === "high" ? "high" : "low";
}
