import type { Logger } from "pino";
import type { TokenSecretRef } from "../../../api/vantage-point.ts";
import { type Controller, type Outcome, done, requeueAfter } from "../../../runtime/controller.ts";
import { Inquiries } from "../../../runtime/inquiries.ts";
import type { WorkQueue } from "../../../runtime/queue.ts";
import type { Random } from "../../../values/random.ts";
import { type Instant, minutes, since } from "../../../values/time.ts";
import { type TokenSource, readToken } from "../../io/token.ts";
import {
  type FeedAnswer,
  type ReadingEnd,
  afterReading,
  inTurn,
  nextReadingAt,
} from "../feed-memory.ts";
import type { FeedName } from "../settings.ts";
import type { FeedReadings } from "./feed-readings.ts";
import type { FeedOf } from "./make-feed.ts";

export interface FeedKeeperOptions {
  /** The feeds that are asked, each with where its token is. */
  readonly feeds: ReadonlyMap<FeedName, TokenSecretRef | undefined>;
  readonly feedOf: FeedOf;
  readonly readings: FeedReadings;
  /** Those that fleets name. */
  readonly countries: () => readonly string[];
  readonly tokens: TokenSource;
  readonly queue: WorkQueue;
  readonly now: () => Instant;
  readonly random: Random;
  readonly log: Logger;
}

/** A feed has a deadline of its own; this one is for one that breaks its word (ms). */
const reading = { atOnce: 2, deadlineMs: 2 * 60_000 };

/** Without a country to ask for, fleets are looked at again after this time. */
const idle = minutes(1);

const noAnswer = {
  readings: [],
  answer: { kind: "failed", message: "it gave no answer in time" },
} as const;

/**
 * Asks outage feeds, beside the reconciles, for the countries that fleets name. It is a controller
 * whose keys are feeds: it asks only while this process leads.
 */
export class FeedKeeper {
  readonly #options: FeedKeeperOptions;
  readonly #inquiries: Inquiries<ReadingEnd>;

  constructor(options: FeedKeeperOptions) {
    this.#options = options;
    this.#inquiries = new Inquiries({ ...reading, log: options.log });
    for (const feed of options.feeds.keys()) options.queue.add(feed);
  }

  get controller(): Controller {
    const { queue, feeds } = this.#options;
    const names = new Map([...feeds.keys()].map((name) => [name as string, name]));
    return {
      name: "outage-feed",
      queue,
      reconcile: async (key) => {
        const name = names.get(key);
        return name === undefined ? done : this.#look(name);
      },
    };
  }

  #look(name: FeedName): Outcome {
    const { readings, countries, now } = this.#options;
    const memory = readings.memories.get(name);
    const waitMs = since(now(), nextReadingAt(memory, now()));
    if (waitMs > 0) return requeueAfter(waitMs);
    const asked = inTurn(countries(), memory);
    if (asked.length === 0) return requeueAfter(idle);
    this.#inquiries.forget(name);
    this.#inquiries.ask(
      name,
      async (signal) => this.#read(name, asked, signal),
      () => this.#end(this.#inquiries.answer(name) ?? { feed: name, ...noAnswer }),
    );
    return done;
  }

  async #read(
    feed: FeedName,
    countries: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadingEnd> {
    const { feeds, feedOf, tokens } = this.#options;
    const ref = feeds.get(feed);
    const token = ref === undefined ? undefined : await readToken(ref, tokens, signal);
    if (token?.kind === "missing")
      return { feed, readings: [], answer: { kind: "tokenMissing", message: token.message } };
    if (token?.kind === "forbidden" || token?.kind === "unread")
      return { feed, readings: [], answer: { kind: "failed", message: token.message } };
    return { feed, ...(await feedOf(feed, token?.token).read(countries, signal)) };
  }

  #end(end: ReadingEnd): void {
    const { readings, now, random, queue } = this.#options;
    const { feed } = end;
    const before = readings.memories.get(feed);
    const memory = afterReading(before, end, { now: now(), random });
    readings.learn(feed, memory);
    this.#report(end, before?.answer);
    queue.add(feed);
  }

  /** What is new is said, and the rest only to who wants to know all. */
  #report({ feed, answer, readings }: ReadingEnd, before: FeedAnswer | undefined): void {
    const down = readings.flatMap(({ country, down }) => (down === true ? [country] : []));
    const { kind, message } = { message: undefined, ...answer };
    const line = { feed, answer: kind, message, read: readings.length, down };
    const { log } = this.#options;
    if (kind === before?.kind) log.debug(line, "an outage feed was read");
    else if (kind === "worked") log.info(line, "an outage feed works");
    else log.warn(line, "an outage feed does not work");
  }
}
