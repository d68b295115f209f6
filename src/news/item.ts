// news: what has happened that people outside should hear of, and how it gets to the receivers that
// the operator's own configuration names. This file is one piece of news.

import type { NewsKind } from "../values/news-kinds.ts";
import { type Instant, type Millis, hours } from "../values/time.ts";

/**
 * What happened no longer ago than this is announced, by whoever leads: after a restart again, with
 * the same id. What is older is not.
 */
export const newsLasts: Millis = hours(1);

/** What a receiver is sent. No client, no address and no link is ever among these. */
export type NewsFacts = Readonly<Record<string, string | number>>;

/** How a group gets to its proxy now: a secret of that group. */
export interface NewsLink {
  readonly link: string;
  readonly host: string;
  readonly chatPort: number;
  readonly mediaPort: number;
  /** Of the slot's share page; absent where the fleet's slots have none. */
  readonly pagePath?: string;
}

/** A piece of news, as it follows from the state. */
export interface NewsItem {
  readonly kind: NewsKind;
  /** A slot as `proxies/family/1`, a country, or the name of a pool or a vantage point. */
  readonly subject: string;
  /** When it happened. */
  readonly at: Instant;
  /** Nobody announces it later than this. */
  readonly announcedUntil: Instant;
  /** Tells it from news in the same words, such as the uid of an entry. It is never sent. */
  readonly origin: string;
  readonly facts: NewsFacts;
  /** Of `Published` only; undefined until it is known. */
  readonly link?: NewsLink | undefined;
}

const lanes: Readonly<Record<NewsKind, string>> = {
  Published: "slot",
  Blocked: "slot",
  OutageBegan: "country",
  OutageEnded: "country",
  PoolLow: "pool",
  VantagePointSilent: "vantage point",
};

/** News of one lane reaches a receiver in the order in which it happened. */
export function laneOf({ kind, subject }: Pick<NewsItem, "kind" | "subject">): string {
  return `${lanes[kind]} ${subject}`;
}

/** Of two pieces of news with the same topic in one lane, the newer one says all. */
export function topicOf({ kind, facts }: Pick<NewsItem, "kind" | "facts">): string {
  return kind === "Blocked" ? `blocked ${facts["country"] ?? ""}` : lanes[kind];
}
