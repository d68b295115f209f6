import type { Logger } from "pino";
import { explainError, ProxyfleetError } from "../values/errors.ts";
import { timer } from "./clock.ts";

/** Something took longer than it may. */
export class DeadlineError extends ProxyfleetError {
  constructor(ms: number) {
    super(`it took longer than ${ms} ms`);
  }
}

export interface InquiryOptions {
  /** How many run side by side; the others wait in line. */
  readonly atOnce: number;
  /**
   * Whose a subject is: slow answers of one owner don't keep another one's from being asked for.
   * Absent: each is its own.
   */
  readonly ownerOf?: (subject: string) => string;
  /** What runs longer is given up (ms): a wait without an end would hold up the others. */
  readonly deadlineMs: number;
  readonly log: Logger;
}

interface Waiting<Answer> {
  readonly subject: string;
  readonly owner: string;
  readonly run: (signal: AbortSignal) => Promise<Answer>;
  readonly answered: () => void;
}

/**
 * Questions that only the network answers: asked beside the reconciles, in a place of their own, so
 * that slow answers hold up nobody who did not ask. Of the places that others leave, an owner takes
 * half at most, so that there is one for whoever comes next; who has the fewest is next in turn. The
 * last answer for each subject is kept.
 */
export class Inquiries<Answer> {
  readonly #options: InquiryOptions;
  readonly #answers = new Map<string, Answer>();
  readonly #line: Waiting<Answer>[] = [];
  /** Subjects that wait in line or are being asked about. */
  readonly #open = new Set<string>();
  /** Of these, whose answer nobody wants any more. */
  readonly #unwanted = new Set<string>();
  /** How many places each owner has. */
  readonly #places = new Map<string, number>();
  #running = 0;

  constructor(options: InquiryOptions) {
    this.#options = options;
  }

  /** The last answer about `subject`. */
  answer(subject: string): Answer | undefined {
    return this.#answers.get(subject);
  }

  /** How many questions are not answered yet. */
  get open(): number {
    return this.#open.size;
  }

  /**
   * Asks about `subject`, unless that is being done. `answered` is called when the answer is there,
   * or when none came: whoever asked looks again then.
   */
  ask(subject: string, run: (signal: AbortSignal) => Promise<Answer>, answered: () => void): void {
    if (this.#open.has(subject)) return;
    this.#open.add(subject);
    const owner = this.#options.ownerOf?.(subject) ?? subject;
    this.#line.push({ subject, owner, run, answered });
    this.#next();
  }

  /** Drops what is known of `subject`, and what an open question is still to answer. */
  forget(subject: string): void {
    this.#answers.delete(subject);
    if (this.#open.has(subject)) this.#unwanted.add(subject);
  }

  #next(): void {
    while (this.#running < this.#options.atOnce) {
      const waiting = this.#nextInTurn();
      if (waiting === undefined) return;
      this.#line.splice(this.#line.indexOf(waiting), 1);
      this.#take(waiting.owner, 1);
      void this.#run(waiting);
    }
  }

  /** Whose owner has the fewest places goes first, then who came first. */
  #nextInTurn(): Waiting<Answer> | undefined {
    const mayRun = this.#line.filter(({ owner }) => this.#hasRoom(owner));
    const fewest = Math.min(...mayRun.map(({ owner }) => this.#placesOf(owner)));
    return mayRun.find(({ owner }) => this.#placesOf(owner) === fewest);
  }

  #hasRoom(owner: string): boolean {
    const own = this.#placesOf(owner);
    const leftByOthers = this.#options.atOnce - (this.#running - own);
    return own < leftByOthers / 2;
  }

  #placesOf(owner: string): number {
    return this.#places.get(owner) ?? 0;
  }

  #take(owner: string, change: 1 | -1): void {
    const places = this.#placesOf(owner) + change;
    if (places === 0) this.#places.delete(owner);
    else this.#places.set(owner, places);
    this.#running += change;
  }

  async #run({ subject, owner, run, answered }: Waiting<Answer>): Promise<void> {
    const { deadlineMs, log } = this.#options;
    const deadline = new AbortController();
    const cancel = timer(deadlineMs, () => deadline.abort(new DeadlineError(deadlineMs)));
    try {
      const over = rejected(deadline.signal);
      const answer = await Promise.race([run(deadline.signal), over]);
      if (!this.#unwanted.has(subject)) this.#answers.set(subject, answer);
    } catch (error) {
      log.debug({ subject, error: explainError(error) }, "a question got no answer");
    }
    cancel();
    this.#take(owner, -1);
    this.#open.delete(subject);
    this.#unwanted.delete(subject);
    answered();
    this.#next();
  }
}

async function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
