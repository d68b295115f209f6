import type { FleetView } from "./fleet-view.ts";
import { type Instant, earliest } from "../values/time.ts";
import type { AddressView, VerdictView } from "../ledger/view.ts";
import type { SlotAddresses } from "./slots.ts";

/**
 * Countries of the audience in which an address is blocked; a fleet without an audience is for
 * everybody.
 */
export function blockedIn(
  fleet: Pick<FleetView, "audience">,
  address: AddressView,
): readonly string[] {
  return countedVerdicts(fleet, address)
    .filter(({ verdict }) => verdict === "Blocked")
    .map(({ country }) => country);
}

/** When an address began to fail for the audience; undefined where it does not. */
function failingSince(fleet: FleetView, address: AddressView | undefined): Instant | undefined {
  if (address === undefined || address.reachability.length === 0) return undefined;
  const failing = countedVerdicts(fleet, address).filter(
    ({ verdict }) => verdict === "Blocked" || verdict === "Suspected",
  );
  return earliest(...failing.map(({ since }) => since));
}

/** What the evidence says of an address, where it counts for the fleet's audience. */
export function countedVerdicts(
  { audience }: Pick<FleetView, "audience">,
  { reachability }: AddressView,
): readonly VerdictView[] {
  return audience.length === 0
    ? reachability
    : reachability.filter(({ country }) => audience.includes(country));
}

/** The fewest slots whose common failure can be an outage: two may well be blocked on one day. */
const fewestFailing = 3;

/**
 * How many slots fail together, where that is more than may be a block: everything failing at once
 * is an outage, and moving would burn the pool. Undefined where it is none. Together are failures
 * that began within `outage.within` of each other.
 */
export function suspectedOutage(
  fleet: FleetView,
  slots: readonly SlotAddresses[],
): { readonly failing: number } | undefined {
  const since = slots
    .flatMap(({ published }) => failingSince(fleet, published) ?? [])
    .toSorted((a, b) => a - b);
  const together = Math.max(
    0,
    ...since.map(
      (first) => since.filter((at) => at >= first && at - first <= fleet.outage.within).length,
    ),
  );
  const isOutage = together >= fewestFailing && together * 100 > fleet.outage.percent * fleet.count;
  return isOutage ? { failing: together } : undefined;
}
