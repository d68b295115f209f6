import { type WhatsAppProxy, parseWhatsAppProxy } from "../../api/fleet.ts";
import { type Caches, claimant, podFleet } from "../../cluster/caches.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { type ObjectKey, keyOf, keyText } from "../../kubernetes/resource.ts";
import { readVantagePoints } from "../../reachability/io/vantage-points.ts";
import { countriesOf } from "../../reachability/vantage-points.ts";
import { type SlotShares, entriesOf } from "../../share/io/slot-shares.ts";
import { type SlotShare, shareFields, shareSecretName } from "../../share/slot-share.ts";
import type { Seat } from "../../share/tokens.ts";
import { type ReportedFleet, type ServedPage, servedPage } from "../served-page.ts";
import { PageIndex, pageId } from "./page-index.ts";

/** What pages are made of. */
export type PageCaches = Pick<Caches, "fleets" | "addresses" | "vantagePoints" | "secrets">;

/** An index of all pages that follows the caches. */
export function followPages(
  caches: PageCaches,
  { shares, failed }: { readonly shares: SlotShares; readonly failed: (error: unknown) => void },
): PageIndex {
  const { fleets, addresses, secrets } = caches;
  const index = new PageIndex({
    fleets: () => fleets.list().map((fleet) => keyText(keyOf(fleet))),
    pagesOf: (fleet) => pagesOf(fleet, caches, shares),
    failed,
  });
  fleets.onChange(({ before, after }) => {
    for (const fleet of [before ?? [], after ?? []].flat()) index.changed(keyText(keyOf(fleet)));
  });
  secrets.onChange(({ before, after }) => {
    for (const secret of [before ?? [], after ?? []].flat())
      for (const fleet of podFleet(secret)) index.changed(fleet);
  });
  addresses.onChange(({ before, after }) => {
    for (const entry of [before ?? [], after ?? []].flat())
      for (const fleet of claimant(entry)) index.changed(fleet);
  });
  shares.onChange(() => index.changedAll());
  return index;
}

function pagesOf(text: string, caches: PageCaches, shares: SlotShares): readonly ServedPage[] {
  const found = liveFleet(keyFrom(text), caches);
  if (found === undefined) return [];
  const page = (share: SlotShare, reported: ReportedFleet) =>
    servedPage(pageId(`/${share.path}`), share, reported);
  // Whether people are heard can't be read either.
  const unheard: ReportedFleet = { people: "Ignore", addresses: [] };
  const { raw, fleet } = found;
  if (fleet === undefined) return shares.ofUnreadable(raw).map((share) => page(share, unheard));
  const { people } = fleet.spec.reachability;
  const reported = { people, addresses: entriesOf(fleet, caches) };
  return shares.of(fleet).map((share) => page(share, reported));
}

/** Whose verdicts count for a slot's fleet; none where it is gone, or can't be read. */
export function countriesOfSeat(
  { namespace, fleet: name }: Pick<Seat, "namespace" | "fleet">,
  caches: PageCaches,
): readonly string[] {
  const fleet = liveFleet({ namespace, name }, caches)?.fleet;
  return fleet === undefined ? [] : countriesOf(fleet.spec, readVantagePoints(caches));
}

interface LiveFleet {
  readonly raw: CustomObject;
  /** Undefined: it can't be read. */
  readonly fleet: WhatsAppProxy | undefined;
}

/**
 * A fleet that is there, and is not ending. One whose deletion is held serves people
 * on: its end shows in its share Secret, which whoever leads empties then.
 */
function liveFleet(
  key: ObjectKey,
  { fleets, secrets }: Pick<PageCaches, "fleets" | "secrets">,
): LiveFleet | undefined {
  const raw = fleets.get(key);
  if (raw === undefined) return undefined;
  const { deletionTimestamp } = raw.metadata;
  if (deletionTimestamp !== undefined && !hasPages(key, secrets)) return undefined;
  const parsed = parseWhatsAppProxy(raw);
  return { raw, fleet: parsed.ok ? parsed.value : undefined };
}

function hasPages({ namespace, name }: ObjectKey, secrets: PageCaches["secrets"]): boolean {
  const { data = {} } = secrets.get({ namespace, name: shareSecretName(name) }) ?? {};
  return Object.keys(data).some((field) => field.endsWith(`.${shareFields.path}`));
}

function keyFrom(text: string): ObjectKey {
  const [namespace = "", name = ""] = text.split("/");
  return { namespace, name };
}
