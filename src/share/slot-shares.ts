import type { WhatsAppProxy } from "../api/fleet.ts";
import { type AddressView, publishedAddress } from "../ledger/view.ts";
import type { ShareSecrets } from "./key-secret.ts";
import { isHostname } from "./link.ts";
import { renewalOf } from "./renewals.ts";
import type { NotedSlot } from "./shared-slots.ts";
import type { PublishedTarget, SlotShare } from "./slot-share.ts";
import { type Seat, type ShareKey, nameToken, pageToken } from "./tokens.ts";

/** All that a fleet's groups are to know follows from these. */
export interface SharedFleet extends Pick<ShareSecrets, "key" | "renewals"> {
  readonly fleet: Pick<WhatsAppProxy, "metadata" | "spec">;
  /** The fleet's own entries of the ledger. */
  readonly entries: readonly AddressView[];
}

/** What each group of a fleet is to know: one for each slot, by its number. */
export function slotSharesOf(shared: SharedFleet): readonly SlotShare[] {
  const { fleet, entries, key, renewals } = shared;
  const { metadata, spec } = fleet;
  const bySlot = Map.groupBy(entries, ({ slot }) => slot);
  return Array.from({ length: spec.addresses.count }, (_, slot) => {
    const seat = { namespace: metadata.namespace, fleet: metadata.name, slot };
    const address = publishedAddress(bySlot.get(slot) ?? [], slot);
    return {
      seat,
      path: pageToken(key, seat, renewalOf(renewals, seat)),
      published: address && targetOf(address, hostnameOf(seat, spec, key)),
      countries: spec.audience.countries,
    };
  });
}

/** A fleet that can't be read: what is known of it without its spec. */
export interface UnreadableFleet extends Omit<SharedFleet, "fleet"> {
  /** As the fleet's Secret has them. Whoever may write that Secret may have made them up. */
  readonly noted: readonly NotedSlot[];
}

/**
 * What the groups of a fleet that can't be read are to know: the pages that they had stay, and show
 * what the ledger says by now. A path that is not the slot's own is nobody's here.
 */
export function keptSharesOf(fleet: UnreadableFleet): readonly SlotShare[] {
  const { noted, entries, key, renewals } = fleet;
  return noted.flatMap(({ seat, path, host = "", countries }) => {
    if (path !== pageToken(key, seat, renewalOf(renewals, seat))) return [];
    const own = entries.filter(({ slot }) => slot === seat.slot);
    const address = publishedAddress(own, seat.slot);
    const name = isHostname(host) ? host : undefined;
    return [{ seat, path, published: address && targetOf(address, name), countries }];
  });
}

/** Its ports are those that it was claimed with: they never change. */
function targetOf(
  { address, ports, phaseSince }: AddressView,
  hostname: string | undefined,
): PublishedTarget | undefined {
  const portOf = (listener: string) => ports.find(({ name }) => name === listener)?.port;
  const [chatPort, mediaPort] = [portOf("chat"), portOf("media")];
  if (address === undefined || chatPort === undefined || mediaPort === undefined) return undefined;
  return { host: hostname ?? address, chatPort, mediaPort, chatTls: true, since: phaseSince };
}

/** The slot's name, where links carry names. */
function hostnameOf(
  seat: Seat,
  { share, dns }: WhatsAppProxy["spec"],
  key: ShareKey,
): string | undefined {
  if (share.host !== "Hostname" || dns === undefined) return undefined;
  return dns.hostname.replace("{token}", nameToken(key, seat));
}
