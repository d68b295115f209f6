import type { FleetView } from "./fleet-view.ts";
import { type Instant, type Millis, hours, instant, plus } from "../values/time.ts";
import type { AddressView } from "../ledger/view.ts";

/** After so many repeats nothing more is asked of the provider for a while. */
const mostRepeats = 5;

/** How long they are kept then, before they are given back and the provider is asked again. */
const pause: Millis = hours(1);

/**
 * Whether a provider that can't be asked for an address has given this slot as many repeats
 * (addresses that the ledger holds already) as are tolerated.
 */
export function hasTooManyRepeats(fleet: FleetView, slot: number, pool: string): boolean {
  return repeatsOf(fleet, slot, pool).length >= mostRepeats;
}

/**
 * Until when the repeats of this slot are kept although no fresh address came: a pause after the
 * last one. Given back earlier, the same ones would come again.
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
