// pages: share pages over HTTP, on each replica. Whoever does not know a page's path learns nothing.

import { type AddressView, publishedAddress } from "../ledger/view.ts";
import type { VerdictPolicy } from "../reachability/verdict-input.ts";
import type { SlotShare } from "../share/slot-share.ts";
import { canonicalIp } from "../values/ip.ts";
import type { Instant } from "../values/time.ts";

/** A page that is served now. */
export interface ServedPage {
  /** SHA-256 of its path, in hex: what replicas call it among themselves. */
  readonly id: string;
  readonly share: SlotShare;
  /**
   * The address that the page's button says something about, in its usual text; undefined where
   * there is no button.
   */
  readonly reported: string | undefined;
}

/** What of a fleet decides what its pages' buttons do. */
export interface ReportedFleet {
  readonly people: VerdictPolicy["people"];
  readonly addresses: readonly AddressView[];
}

/**
 * A slot's page. It has a button where there is an address that people may speak against, and the
 * fleet listens to them.
 */
export function servedPage(
  id: string,
  share: SlotShare,
  { people, addresses }: ReportedFleet,
): ServedPage {
  if (people === "Ignore" || share.published === undefined)
    return { id, share, reported: undefined };
  // A link may carry a name: then the ledger knows the address behind it.
  const ofLedger = publishedAddress(addresses, share.seat.slot)?.address ?? "";
  return { id, share, reported: canonicalIp(share.published.host) ?? canonicalIp(ofLedger) };
}

/**
 * Since when the page shows what it does: by this a press of its button is known to be about the
 * present address, and not about one on a page that was opened before a move.
 */
export function shownSince({ share }: ServedPage): Instant | undefined {
  return share.published?.since;
}
