import type { TokenSecretRef } from "../../api/vantage-point.ts";
import type { FeedSettings } from "../../cluster/settings.ts";

/** A service that nobody asked for is sent nothing. */
export const noFeeds: FeedSettings = { ioda: false, radarTokenSecret: undefined };

/** A feed, by the name that people know it by. */
export type FeedName = "IODA" | "Cloudflare Radar";

/** The key of a token in its Secret. */
const tokenKey = "token";

/** The feeds that are asked, each with the token that it needs. */
export function feedsOf({
  ioda,
  radarTokenSecret: name,
}: FeedSettings): ReadonlyMap<FeedName, TokenSecretRef | undefined> {
  const feeds = new Map<FeedName, TokenSecretRef | undefined>();
  if (ioda) feeds.set("IODA", undefined);
  if (name !== undefined) feeds.set("Cloudflare Radar", { name, key: tokenKey });
  return feeds;
}
