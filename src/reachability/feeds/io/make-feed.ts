import type { Instant } from "../../../values/time.ts";
import type { OutageFeed } from "../feed.ts";
import type { FeedName } from "../settings.ts";
import { iodaFeed } from "./ioda.ts";
import { radarFeed } from "./radar.ts";

/** Makes what asks a feed, with the token that it needs. */
export type FeedOf = (name: FeedName, token: string | undefined) => OutageFeed;

/** Makes what asks the real services. */
export function feedMaker(options: {
  readonly userAgent: string;
  readonly now: () => Instant;
}): FeedOf {
  return (name, token = "") => {
    switch (name) {
      case "IODA":
        return iodaFeed(options);
      case "Cloudflare Radar":
        return radarFeed({ ...options, token });
    }
  };
}
