import type { Logger } from "pino";
import { type Controller, type Outcome, failed, requeueAfter } from "../../runtime/controller.ts";
import type { WorkQueue } from "../../runtime/queue.ts";
import { type Instant, minutes } from "../../values/time.ts";
import type { Evidence } from "../evidence.ts";
import {
  type EvidenceLog,
  type LogLimits,
  emptyLog,
  forgetOthers,
  remember,
} from "../evidence-log.ts";
import type { EvidenceStore } from "./evidence-store.ts";

export interface EvidenceKeeperOptions {
  readonly store: EvidenceStore;
  /** Its timer lets what comes close together be taken in together. */
  readonly queue: WorkQueue;
  readonly limits: () => LogLimits;
  /** The addresses that evidence is kept of, in their usual text. */
  readonly addresses: () => ReadonlySet<string>;
  readonly now: () => Instant;
  /** Never goes back (ms). */
  readonly clock: () => number;
}

/** What comes within this time is taken in at once (ms): a round of tests brings many results. */
const gatherMs = 1_000;

/** Evidence that waits to be taken in; of more than this, the oldest goes. */
const mostWaiting = 16_384;

/** Between two writes, tries included (ms). A restart loses no more than what came since. */
const writeEveryMs: number = minutes(1);

const key = "log";

/** Takes the addresses that there is something new of, and what that is: none of it was kept before. */
type NewsListener = (addresses: readonly string[], news: readonly Evidence[]) => void;

/**
 * Keeps the evidence in the leader's memory, and writes it down now and then, so that a restart
 * goes on from there. It is a controller of one key: it reads and writes only while this process
 * leads.
 */
export class EvidenceKeeper {
  readonly #options: EvidenceKeeperOptions;
  readonly #listeners = new Set<NewsListener>();
  #log: EvidenceLog | undefined;
  #beganAt: Instant | undefined;
  #waiting: Evidence[] = [];
  #isSaved = true;
  #triedAt = -Infinity;

  constructor(options: EvidenceKeeperOptions) {
    this.#options = options;
    options.queue.add(key);
  }

  /** What is known; undefined until what was kept has been read. */
  get log(): EvidenceLog | undefined {
    return this.#log;
  }

  /** Since when evidence is taken in: since this process leads. */
  get beganAt(): Instant | undefined {
    return this.#beganAt;
  }

  get controller(): Controller {
    return {
      name: "evidence",
      queue: this.#options.queue,
      reconcile: async (_key, log) => this.#keep(log),
    };
  }

  /** Takes evidence in, soon, together with what comes after it. */
  add(evidence: readonly Evidence[]): void {
    if (evidence.length === 0) return;
    this.#waiting = [...this.#waiting, ...evidence].slice(-mostWaiting);
    this.#options.queue.addAfter(key, gatherMs, "high");
  }

  /** Calls `listener` with the addresses that there is something new of, and with what that is. */
  onNews(listener: NewsListener): void {
    this.#listeners.add(listener);
  }

  async #keep(log: Logger): Promise<Outcome> {
    if (this.#log === undefined) await this.#begin(log);
    this.#takeIn(this.#waiting.splice(0));
    return this.#save();
  }

  /** Where nothing was ever kept, it is written down that nothing is known: a missing right shows now. */
  async #begin(log: Logger): Promise<void> {
    const kept = await this.#options.store.read(log);
    this.#beganAt = this.#options.now();
    this.#takeIn(kept ?? [], true);
    if (kept === undefined) this.#isSaved = false;
  }

  /** @throws nothing: what a listener does is queue keys */
  #takeIn(evidence: readonly Evidence[], isKept = false): void {
    if (evidence.length === 0 && !isKept) return;
    const { now, limits, addresses } = this.#options;
    const known = addresses();
    const news = evidence.filter(({ address }) => known.has(address));
    const before = forgetOthers(this.#log ?? emptyLog, known);
    this.#log = remember(before, news, { now: now(), limits: limits() });
    if (news.length > 0 && !isKept) this.#isSaved = false;
    const changed = [...new Set(news.map(({ address }) => address))];
    for (const listener of this.#listeners)
      listener(isKept ? [...known] : changed, isKept ? [] : news);
  }

  async #save(): Promise<Outcome> {
    if (this.#isSaved || this.#log === undefined) return requeueAfter(undefined);
    const { clock, store, now } = this.#options;
    const waitMs = this.#triedAt + writeEveryMs - clock();
    if (waitMs > 0) return requeueAfter(waitMs);
    this.#triedAt = clock();
    const written = this.#log;
    try {
      await store.write(written, now());
    } catch (error) {
      return failed(error, writeEveryMs);
    }
    // Only this method changes it, and what came meanwhile waits.
    this.#isSaved = true;
    // That nothing is known yet is written beside the rhythm.
    if (written.size === 0) this.#triedAt = -Infinity;
    return requeueAfter(undefined);
  }
}
