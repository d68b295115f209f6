import type { Instant } from "../values/time.ts";
import { instant } from "../values/time.ts";
import type { NewsEvent } from "./event.ts";

/** An event that a receiver has not taken yet. */
export interface Waiting {
  readonly event: NewsEvent;
  /** When it came to wait. */
  readonly since: Instant;
  /** Tries in a row that failed. */
  readonly failures: number;
  /** Since when each try was denied; undefined where the last one was not. */
  readonly deniedSince: Instant | undefined;
  /** The next try is not before this. */
  readonly notBefore: Instant;
}

/** What became of an event that was offered. */
export type Offered =
  /** It was offered before. */
  | { readonly kind: "known" }
  /** It waits; `dropped` had to go for it. */
  | { readonly kind: "waits"; readonly dropped: NewsEvent | undefined };

/**
 * What waits for one receiver, at most so many events. Each lane has its own order; an event is
 * taken in once, however often the state brings it.
 */
export class Outbox {
  readonly #most: number;
  /** In the order in which they came. */
  #waiting: readonly Waiting[] = [];
  /** Ids that were taken in, each with the time until when it may be offered again. */
  readonly #known = new Map<string, Instant>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** How many ids are remembered. */
  get known(): number {
    return this.#known.size;
  }

  /** The next of a lane. */
  head(lane: string): Waiting | undefined {
    return this.#waiting.find(({ event }) => event.lane === lane);
  }

  /** Takes an event in. Where there is no room, what a newer one makes obsolete goes, or the oldest. */
  offer(event: NewsEvent, now: Instant): Offered {
    if (this.#known.has(event.id)) return { kind: "known" };
    this.#known.set(event.id, event.announcedUntil);
    const waiting = {
      event,
      since: now,
      failures: 0,
      deniedSince: undefined,
      notBefore: instant(0),
    };
    this.#waiting = [...this.#waiting, waiting];
    if (this.size <= this.#most) return { kind: "waits", dropped: undefined };
    const dropped = (firstObsolete(this.#waiting) ?? this.#waiting[0])?.event;
    if (dropped !== undefined) this.remove(dropped.id);
    return { kind: "waits", dropped };
  }

  /** It was delivered, or nobody tries any more. */
  remove(id: string): void {
    this.#waiting = this.#waiting.filter(({ event }) => event.id !== id);
  }

  /** A try failed: the next one is not before then. */
  delay(id: string, next: Pick<Waiting, "notBefore" | "deniedSince">): void {
    this.#waiting = this.#waiting.map((one) =>
      one.event.id === id ? { ...one, ...next, failures: one.failures + 1 } : one,
    );
  }

  /** Drops ids that no state brings any more. */
  forget(now: Instant): void {
    for (const [id, until] of this.#known) if (until < now) this.#known.delete(id);
  }
}

/** The oldest event of which a newer one of its lane leaves nothing to say. */
function firstObsolete(waiting: readonly Waiting[]): Waiting | undefined {
  const newer = new Map<string, Set<string>>();
  let oldest: Waiting | undefined;
  for (const one of waiting.toReversed()) {
    const { lane, topic, kind } = one.event;
    const topics = newer.get(lane) ?? new Set();
    if (topics.has(topic) || topics.has(everything)) oldest = one;
    topics.add(kind === "Published" ? everything : topic);
    newer.set(lane, topics);
  }
  return oldest;
}

/** A fresh address makes all that was said of the slot before obsolete. */
const everything = "everything";
