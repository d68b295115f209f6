import type { NewsItem } from "../../../src/news/item.ts";
import type { SlotEntry } from "../../../src/news/slot-news.ts";
import type { Receiver } from "../../../src/news/receivers.ts";
import { type ShareKey, pageToken } from "../../../src/share/tokens.ts";
import { addressView } from "../../../src/ledger/view.ts";
import { newsKinds } from "../../../src/values/news-kinds.ts";
import { type Instant, formatInstant, minutes, plus } from "../../../src/values/time.ts";
import { parsedEntry } from "../../objects/ledger-entry.ts";
import { noon } from "../rotation/build.ts";

export { noon };

/** A secret as Standard Webhooks writes it. */
export const whsec = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** What must reach nobody who did not ask for links. */
export const secretAddress = "203.0.113.9";
export const key = new Uint8Array(32).fill(7) as ShareKey;
export const secretPath = pageToken(key, { namespace: "proxies", fleet: "family", slot: 0 });
/** What links of slots follow from. */
export const secrets = { key, renewals: new Map<string, string>() };

/** An entry of slot 0 that was published at this time. */
export function publishedEntry(
  at: Instant,
  given: { spec?: object; status?: object } = {},
): SlotEntry {
  const status = { phase: "Serving", phaseSince: formatInstant(at), ...given.status };
  const entry = parsedEntry({ address: secretAddress, spec: { ...given.spec }, status });
  return { uid: `uid-${formatInstant(at)}`, view: addressView(entry) };
}

/** That slot 0 of the fleet has a new address, unless given otherwise. */
export function item(given: Partial<NewsItem> = {}): NewsItem {
  const at = given.at ?? noon;
  return {
    kind: "Published",
    subject: "proxies/family/0",
    at,
    announcedUntil: plus(at, minutes(60)),
    origin: "uid-1",
    facts: { slot: 0 },
    ...given,
  };
}

/** A receiver of everything. */
export function receiver(given: Partial<Receiver> = {}): Receiver {
  return {
    name: "bot",
    url: "https://bot.example.org/news",
    secret: { kind: "ref", name: "bot", key: "secret" },
    links: false,
    kinds: newsKinds,
    ...given,
  };
}
