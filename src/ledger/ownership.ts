import type { AddressView } from "./view.ts";

/**
 * Whether an entry belongs to the fleet of this uid, which has the name that claimed it. One of an
 * earlier fleet of that name that still serves is taken over: a backup was restored, which gives
 * the fleet another uid, and its people must not lose their addresses. Deleting a fleet leaves none
 * that serves, so what was burnt stays burnt when it is applied again.
 */
export function belongsTo(
  { fleetUid, want }: Pick<AddressView, "fleetUid" | "want">,
  uid: string | undefined,
): boolean {
  return fleetUid === uid || want !== "Quarantine";
}
