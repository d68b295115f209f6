import type { FleetView } from "./fleet-view.ts";
import type { AddressView, VerdictView } from "../ledger/view.ts";

/**
 * Countries of the audience in which an address is blocked so that its slot moves by itself, as the
 * fleet says; a fleet without an audience is for everybody.
 */
export function movesFor(
  {
    audience,
    rotation,
  }: Pick<FleetView, "audience"> & {
    readonly rotation: Pick<FleetView["rotation"], "onBlocked" | "onPortBlocked">;
  },
  address: AddressView,
): readonly string[] {
  if (!rotation.onBlocked) return [];
  const blocks = countedVerdicts({ audience }, address).filter(
    ({ verdict, kind }) => verdict === "Blocked" && (rotation.onPortBlocked || kind !== "Port"),
  );
  return blocks.map(({ country }) => country);
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
