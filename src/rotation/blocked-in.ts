import type { FleetView } from "./fleet-view.ts";
import type { AddressView, VerdictView } from "../ledger/view.ts";

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

/** What the evidence says of an address, where it counts for the fleet's audience. */
export function countedVerdicts(
  { audience }: Pick<FleetView, "audience">,
  { reachability }: AddressView,
): readonly VerdictView[] {
  return audience.length === 0
    ? reachability
    : reachability.filter(({ country }) => audience.includes(country));
}
