import type { FleetOverview } from "../overview/fleet.ts";
import type { SlotOverview } from "../overview/slot.ts";
import type { TroubleCondition } from "../overview/conditions.ts";
import { troubleText } from "../overview/trouble-text.ts";
import { present } from "../values/present.ts";
import { withoutAddresses } from "./without-addresses.ts";
import type { FleetRow, SlotRow, TroubleRow } from "./wire.ts";

/** How much of a fleet is shown: with its addresses, or without. */
export interface Shown {
  readonly addresses: boolean;
}

/** The operator's words, as a viewer may read them. */
export function wordsFor({ addresses }: Shown): (text: string) => string {
  return addresses ? (text) => text : withoutAddresses;
}

/** `namespace/name`. */
export function fleetKey({ namespace, name }: Pick<FleetOverview, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}

/**
 * A fleet, as the list shows it.
 * @param version changes whenever anything of the fleet may have changed
 */
export function fleetRow(fleet: FleetOverview, shown: Shown, version: string): FleetRow {
  const { namespace, name, urgency, paused, audience, next } = fleet;
  const words = wordsFor(shown);
  return present({
    key: fleetKey(fleet),
    namespace,
    name,
    urgency,
    words: words(troubleText(fleet)),
    paused,
    audience,
    slots: fleet.slots.map((slot) => slotRow(slot, shown)),
    next: next && { slot: next.slot, at: next.at, reason: words(next.reason) },
    version,
  });
}

function slotRow(slot: SlotOverview, { addresses }: Shown): SlotRow {
  const { state, published, blockedIn, burnt } = slot;
  return present({
    slot: slot.slot,
    state,
    address: addresses ? published : undefined,
    blockedIn,
    verdicts: verdictsOf(slot).map(({ country, verdict }) => [country, verdict] as const),
    burnt,
  });
}

/** What is said of the address that a slot's people use, where anything is. */
export function verdictsOf({ published, addresses }: SlotOverview) {
  const inUse = addresses.find(({ address }) => published !== undefined && address === published);
  return (inUse?.verdicts ?? []).filter(({ verdict }) => verdict !== "Unknown");
}

/** A condition, as it is shown. */
export function troubleRow(
  { type, reason, since, message }: TroubleCondition,
  words: (text: string) => string,
): TroubleRow {
  return present({ type, reason, since: since, message: words(message) });
}
