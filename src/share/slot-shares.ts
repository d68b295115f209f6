import type { WhatsAppProxy } from "../api/fleet.ts";
import { type AddressView, publishedAddress } from "../ledger/view.ts";
import type { ShareSecrets } from "./key-secret.ts";
import { renewalOf } from "./renewals.ts";
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
