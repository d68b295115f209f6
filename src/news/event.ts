import { createHash } from "node:crypto";
import type { NewsKind } from "../values/news-kinds.ts";
import { type Instant, formatInstant } from "../values/time.ts";
import { type NewsItem, laneOf, topicOf } from "./item.ts";

/** A CloudEvent of this version (CloudEvents 1.0.2, "Required Attributes"). */
const specversion = "1.0";

/** How CloudEvents in structured mode are marked (CloudEvents HTTP binding 1.0.2, §3.2). */
export const eventContentType = "application/cloudevents+json; charset=utf-8";

const source = "//proxyfleet.dev/operator";

/** CloudEvents names a type by reversed DNS name; the version is of what `data` holds. */
const types: Readonly<Record<NewsKind, string>> = {
  Published: "dev.proxyfleet.slot.published.v1",
  Blocked: "dev.proxyfleet.slot.blocked.v1",
  OutageBegan: "dev.proxyfleet.outage.began.v1",
  OutageEnded: "dev.proxyfleet.outage.ended.v1",
  PoolLow: "dev.proxyfleet.pool.low.v1",
  VantagePointSilent: "dev.proxyfleet.vantagepoint.silent.v1",
};

/** A piece of news as one receiver gets it. */
export interface NewsEvent {
  /** Follows from all of the body: the same news has the same id, whoever sends it. */
  readonly id: string;
  readonly kind: NewsKind;
  readonly lane: string;
  readonly topic: string;
  /** Until when the state may bring it again. */
  readonly announcedUntil: Instant;
  /** The CloudEvent, as JSON. */
  readonly body: string;
}

/**
 * The event for a receiver that asks for links, or for one that does not. Undefined where links are
 * asked for and the link is not known yet.
 */
export function eventOf(item: NewsItem, links: boolean): NewsEvent | undefined {
  const { kind, subject, at, announcedUntil, origin, facts, link } = item;
  const withLink = links && kind === "Published";
  if (withLink && link === undefined) return undefined;
  const content = {
    type: types[kind],
    subject,
    time: formatInstant(at),
    data: withLink ? { ...facts, ...link } : facts,
  };
  const id = `${kind.toLowerCase()}-${digest(JSON.stringify([content, origin]))}`;
  const { data, ...attributes } = content;
  const event = { specversion, id, source, ...attributes, datacontenttype: "application/json" };
  const body = JSON.stringify({ ...event, data });
  return { id, kind, lane: laneOf(item), topic: topicOf(item), announcedUntil, body };
}

/** 128 bits: nobody finds two texts with the same. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
