import type { WhatsAppProxy } from "../api/fleet.ts";
import { type AddressView, publishedAddress, wasPublished } from "../ledger/view.ts";
import { countedVerdicts } from "../rotation/blocked-in.ts";
import { shareLink } from "../share/link.ts";
import type { ShareSecrets } from "../share/key-secret.ts";
import type { SlotShare } from "../share/slot-share.ts";
import { slotSharesOf } from "../share/slot-shares.ts";
import { present } from "../values/present.ts";
import {
  type Instant,
  formatInstant,
  millis,
  parseDuration,
  plus,
  spokenTime,
} from "../values/time.ts";
import { type NewsItem, type NewsLink, newsLasts } from "./item.ts";

/** A ledger entry of a fleet. */
export interface SlotEntry {
  /** Of the ProxyAddress: it says nothing about the address. */
  readonly uid: string;
  readonly view: AddressView;
}

/** What the news of a fleet's slots follows from. */
export interface FleetEntries {
  readonly fleet: Pick<WhatsAppProxy, "metadata" | "spec">;
  readonly entries: readonly SlotEntry[];
  /** What paths and names follow from; undefined until it is known. */
  readonly secrets: Pick<ShareSecrets, "key" | "renewals"> | undefined;
}

/** Whether anything of an entry may be news now: of most, nothing has been for days. */
export function mayBeNews(view: AddressView, now: Instant): boolean {
  const isFresh = view.phase === "Serving" && plus(view.phaseSince, newsLasts) > now;
  return isFresh || view.reachability.some(({ verdict }) => verdict === "Blocked");
}

/**
 * Which slots have a new published address, and which published addresses are blocked in a country
 * of the audience. A moved slot's old address counts too: the move may have been faster than this.
 */
export function slotNews(look: FleetEntries): readonly NewsItem[] {
  const slots = [...new Set(look.entries.map(({ view }) => view.slot))];
  const shares = sharesOf(look);
  return slots.flatMap((slot) => {
    const own = look.entries.filter(({ view }) => view.slot === slot);
    const views = own.map(({ view }) => view);
    const published = own.find(({ view }) => view === publishedAddress(views, slot));
    return [
      ...(published === undefined ? [] : [publishedNews(look, published, shares[slot])]),
      ...own
        .filter(
          (entry) =>
            entry === published ||
            (entry.view.retiredBecause === "Blocked" && wasPublished(entry.view)),
        )
        .flatMap((entry) => blockedNews(look, entry)),
    ];
  });
}

/** What the people of each slot are to know, by its number; none while nobody can say. */
function sharesOf({ fleet, entries, secrets }: FleetEntries): readonly SlotShare[] {
  if (secrets === undefined) return [];
  return slotSharesOf({ fleet, entries: entries.map(({ view }) => view), ...secrets });
}

function publishedNews(
  { fleet }: FleetEntries,
  { uid, view }: SlotEntry,
  share: SlotShare | undefined,
): NewsItem {
  const { slot, phaseSince: at, cause } = view;
  const what = cause === "NewSlot" ? "has an address" : "has a fresh address";
  return {
    kind: "Published",
    ...about(fleet, slot),
    at,
    announcedUntil: plus(at, newsLasts),
    origin: uid,
    facts: {
      ...place(fleet, slot),
      cause,
      message: `${spoken(fleet, slot)} ${what} since ${spokenTime(at)}: its group needs the link.`,
    },
    link: share && linkOf(fleet, share),
  };
}

/** The verdict dates from the first failure that counts, which may be as old as the fleet allows. */
function blockedNews({ fleet }: FleetEntries, { uid, view }: SlotEntry): readonly NewsItem[] {
  const { spec } = fleet;
  const lasts = millis(newsLasts + parseDuration(spec.reachability.blockedWhen.within));
  const blocks = countedVerdicts({ audience: spec.audience.countries }, view).filter(
    ({ verdict }) => verdict === "Blocked",
  );
  return blocks.map(({ country, since }) => ({
    kind: "Blocked",
    ...about(fleet, view.slot),
    at: since,
    announcedUntil: plus(since, lasts),
    origin: `${uid} ${country}`,
    facts: {
      ...place(fleet, view.slot),
      country,
      since: formatInstant(since),
      message: `${spoken(fleet, view.slot)} is blocked in ${country} since ${spokenTime(since)}.`,
    },
  }));
}

/** A path leads nowhere where the fleet's slots have no pages: it is left out there. */
function linkOf(
  { spec }: FleetEntries["fleet"],
  { published, path }: SlotShare,
): NewsLink | undefined {
  if (published === undefined) return undefined;
  const { host, chatPort, mediaPort } = published;
  const pagePath = spec.share.page ? path : undefined;
  return { link: shareLink(published), host, chatPort, mediaPort, ...present({ pagePath }) };
}

type Named = Pick<WhatsAppProxy, "metadata">;

function about({ metadata: { namespace, name } }: Named, slot: number) {
  return { subject: `${namespace}/${name}/${slot}` };
}

function place({ metadata: { namespace, name } }: Named, slot: number) {
  return { namespace, fleet: name, slot };
}

function spoken({ metadata: { namespace, name } }: Named, slot: number): string {
  return `Slot ${slot} of ${namespace}/${name}`;
}
