import { type AddressView, isRefused } from "../ledger/view.ts";
import { type Instant, type Millis, millis, minutes, plus, seconds } from "../values/time.ts";
import type { FleetView } from "./fleet-view.ts";
import type { SlotAddresses } from "./slots.ts";

/** How long a slot waits after the second refusal in a row; doubled with each further one. */
const firstPause = seconds(10);

/** And never longer than this: the load balancer may have been mended. */
const longestPause = minutes(10);

/**
 * People may hold the address of an entry that came out of a backup, and a load balancer that is
 * still being set up refuses what it gives later.
 */
const restoredPatience = minutes(10);

/** The claim of a slot that somebody refuses, if it has one. */
export function refusedClaim({ addresses }: SlotAddresses): AddressView | undefined {
  return addresses.find(isRefused);
}

/**
 * From when on a slot whose claim is refused may take another address. The first time that is at
 * once; but a load balancer that refuses all would run through the whole pool, so that it takes
 * longer each time.
 */
export function mayClaimAnotherAt(
  { uid }: Pick<FleetView, "uid">,
  { addresses }: Pick<SlotAddresses, "addresses">,
  claim: AddressView,
): Instant | undefined {
  const { refused, fleetUid } = claim;
  if (refused === undefined) return undefined;
  const before = refusedBefore(addresses, claim);
  const pause = before <= 0 ? millis(0) : doubled(before - 1);
  const least = fleetUid === uid ? millis(0) : restoredPatience;
  return plus(refused.since, millis(Math.max(pause, least)));
}

/**
 * How many claims of the slot in a row were refused before this one. Refused ones are soon
 * forgotten, so they are counted by the numbers that are missing.
 */
function refusedBefore(addresses: readonly AddressView[], { ordinal }: AddressView): number {
  const others = addresses.filter(
    (other) => other.ordinal < ordinal && other.retiredBecause !== "Refused",
  );
  return ordinal - 1 - Math.max(0, ...others.map((other) => other.ordinal));
}

function doubled(times: number): Millis {
  return millis(Math.min(firstPause * 2 ** times, longestPause));
}
