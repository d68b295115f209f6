import type { FleetView } from "./fleet-view.ts";
import { type Instant, type Millis, hours, instant, plus } from "../values/time.ts";
import type { AddressView } from "../ledger/view.ts";

/**
 * After so many addresses that were used before, nothing more is asked of the provider for a while.
 */
const mostRepeats = 5;

/** How long they are kept then, before they are given back and the provider is asked anew. */
const pause: Millis = hours(1);

/**
 * Whether a provider that can't be asked gave this slot only addresses that were used before, as
 * often as is borne.
 */
export function hasTooManyRepeats(fleet: FleetView, slot: number, pool: string): boolean {
  return repeatsOf(fleet, slot, pool).length >= mostRepeats;
}

/**
 * When the repeats of this slot may be given back although no fresh address came: a pause after the
 * last one. Giving them back earlier would bring the same ones again.
 */
export function repeatsKeptUntil(
  fleet: FleetView,
  { slot, pool }: Pick<AddressView, "slot" | "pool">,
): Instant {
  return plus(
    instant(Math.max(0, ...repeatsOf(fleet, slot, pool).map(({ createdAt }) => createdAt))),
    pause,
  );
}

function repeatsOf(fleet: FleetView, slot: number, pool: string): readonly AddressView[] {
  return fleet.addresses.filter(
    (address) =>
      address.slot === slot && address.pool === pool && address.repeat && address.want === "Serve",
  );
}
