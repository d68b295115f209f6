import type { Random } from "../../values/random.ts";
import { type Instant, clockTolerance, hours, millis, minutes, plus } from "../../values/time.ts";
import type { FeedAlert } from "../outage.ts";
import { pauseAfter } from "../schedule.ts";
import type { ServiceAnswer } from "../sources/source.ts";
import type { CountryReading } from "./feed.ts";
import type { FeedName } from "./settings.ts";

/** How a reading ended. Some end before the service is asked. */
export type FeedAnswer =
  | ServiceAnswer
  /** Which Secret and key, and how to make it. */
  | { readonly kind: "tokenMissing"; readonly message: string };

/** What is remembered of a feed. It ends with the process. */
export interface FeedMemory {
  readonly endedAt: Instant;
  readonly answer: FeedAnswer;
  /** Readings in a row in which the service failed. */
  readonly failures: number;
  /** When it last worked. */
  readonly workedAt: Instant | undefined;
  /** From 0 to 1: spreads the next reading. */
  readonly jitter: number;
  /** When each country was last read. */
  readonly readAt: ReadonlyMap<string, Instant>;
  /** The countries that it says are down. */
  readonly alerts: ReadonlyMap<string, FeedAlert>;
}

/** A reading that has ended. */
export interface ReadingEnd {
  readonly feed: FeedName;
  readonly readings: readonly CountryReading[];
  readonly answer: FeedAnswer;
}

/** Feeds are minutes late by themselves: asking more often brings nothing. */
const interval = minutes(10);

/** So long a country is remembered that nobody asks for any more. */
const forgottenAfter = hours(24);

/** Remembers a reading that has ended. What it does not say of a country stays as it was, and ages. */
export function afterReading(
  before: FeedMemory | undefined,
  { feed, readings, answer }: ReadingEnd,
  { now, random }: { readonly now: Instant; readonly random: Random },
): FeedMemory {
  const readAt = new Map(
    [...(before?.readAt ?? [])].filter(([, at]) => now < plus(at, forgottenAfter)),
  );
  const alerts = new Map([...(before?.alerts ?? [])].filter(([country]) => readAt.has(country)));
  for (const { country, down, since, message } of readings) {
    readAt.set(country, now);
    const from = since ?? alerts.get(country)?.since ?? now;
    if (down === true) alerts.set(country, { feed, since: from, seenAt: now, message });
    if (down === false) alerts.delete(country);
  }
  return {
    endedAt: now,
    answer,
    failures: answer.kind === "failed" ? (before?.failures ?? 0) + 1 : 0,
    workedAt: answer.kind === "worked" ? now : before?.workedAt,
    jitter: random(),
    readAt,
    alerts,
  };
}

/**
 * When a feed is asked next: about every ten minutes, and one that fails in pauses that double, up
 * to an hour, or as long as it asks for.
 */
export function nextReadingAt(memory: FeedMemory | undefined, now: Instant): Instant {
  // A clock that was set back must not put a feed to sleep.
  if (memory === undefined || memory.endedAt > plus(now, clockTolerance)) return now;
  const usual = millis(interval * (0.9 + 0.2 * memory.jitter));
  return plus(memory.endedAt, pauseAfter(memory, interval) ?? usual);
}

/** The countries in the order in which they are read: a slow feed comes to all of them in time. */
export function inTurn(
  countries: readonly string[],
  memory: Pick<FeedMemory, "readAt"> | undefined,
): readonly string[] {
  const readAt = (country: string) => memory?.readAt.get(country) ?? 0;
  return countries.toSorted((a, b) => readAt(a) - readAt(b) || (a < b ? -1 : 1));
}
