import type { AddressView } from "../../ledger/view.ts";
import { policyOf } from "../policy.ts";
import { type FleetAddresses, publishedOf } from "../targets.ts";
import type { Millis } from "../../values/time.ts";
import type { FleetSeen, PodSeen, SlotLanes } from "./lane-counts.ts";
import type { SlotCounts } from "./watched-slot.ts";
import type { SlotSeen } from "./watch.ts";

/** A fleet, what the ledger holds for it, and what its serving pods last answered. */
export interface CountedFleet extends FleetAddresses {
  readonly pods: readonly PodSeen[];
}

/**
 * A fleet as its lanes are counted.
 * @param ownTests sessions that our own tests opened, by address
 */
export function lanesOf(
  { fleet: { metadata }, addresses, pods }: CountedFleet,
  ownTests: ReadonlyMap<string, number>,
): FleetSeen {
  const slots = publishedOf(addresses).map(({ view }): SlotLanes => {
    const draining = addresses.flatMap(({ view: other }) =>
      other.slot === view.slot && other.name !== view.name && isServed(other) ? [other.name] : [],
    );
    const tests = ownTests.get(view.address ?? "") ?? 0;
    return { slot: slotName(view), published: view.name, draining, ownTests: tests };
  });
  return { fleet: `${metadata.namespace}/${metadata.name}`, pods, slots };
}

/** The slots of a fleet that have a published address, with what was counted of them. */
export function slotsOf(
  { fleet, addresses }: CountedFleet,
  counts: ReadonlyMap<string, SlotCounts>,
): readonly SlotSeen[] {
  const audience = fleet.spec.audience.countries;
  return publishedOf(addresses).flatMap(({ view }) => {
    const slot = slotName(view);
    const { address } = view;
    return address === undefined ? [] : [{ slot, audience, address, counts: counts.get(slot) }];
  });
}

/**
 * How long evidence of arrivals counts, by address; addresses of fleets that ignore it are left out.
 * Their slots vouch for others all the same.
 */
export function lastingOf(fleets: readonly FleetAddresses[]): ReadonlyMap<string, Millis> {
  return new Map(
    fleets.flatMap(({ fleet, addresses }) => {
      const { traffic, blockedWhen } = policyOf(fleet.spec);
      if (traffic === "Ignore") return [];
      return addresses.flatMap(({ view: { address } }) =>
        address === undefined ? [] : [[address, blockedWhen.within] as const],
      );
    }),
  );
}

/** People may still be on it. */
function isServed({ phase }: AddressView): boolean {
  return phase === "Serving" || phase === "Draining";
}

interface InSlot {
  readonly namespace: string;
  readonly fleet: string;
  readonly slot: number;
}

function slotName({ namespace, fleet, slot }: InSlot): string {
  return `${namespace}/${fleet}/${slot}`;
}
