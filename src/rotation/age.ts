import type { FleetView, RotationRules } from "./fleet-view.ts";
import {
  type Instant,
  isToCome,
  hours,
  instant,
  millis,
  minutes,
  plus,
  since,
} from "../values/time.ts";
import type { SlotAddresses } from "./slots.ts";
import { type AddressView, isRefused, wasPublished } from "../ledger/view.ts";

/**
 * When an address should move by age: `maxAge` after it was published, spread by `jitterPercent` to
 * both sides so that slots don't move together, and never before `minAge`. The spread follows from
 * the entry's name, so that a restart does not change it.
 */
export function dueByAge(rules: RotationRules, address: AddressView): Instant {
  const spread = (2 * fraction(address.name) - 1) * (rules.jitterPercent / 100);
  return plus(
    address.phaseSince,
    millis(Math.round(Math.max(rules.minAge, rules.maxAge * (1 + spread)))),
  );
}

/**
 * A number from 0 up to 1 that looks random and is the same for the same text (FNV-1a, then mixed
 * as MurmurHash3 does).
 */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** An address that is blocked within this time died young. */
const youth = hours(6);

/**
 * How long a slot rests after the first fresh address that died young; doubled with each further
 * one, but never beyond `youth`.
 */
const firstPause = minutes(10);

/**
 * The earliest moment at which a block may move the slot. A censor who finds each fresh address at
 * once would empty the pool: the slot rests longer and longer then, from the publication of its
 * address on.
 */
export function blockMayMoveAt({ addresses, published }: SlotAddresses): Instant {
  if (published === undefined) return instant(0);
  const died = diedYoung(addresses, published);
  return died === 0
    ? published.phaseSince
    : plus(published.phaseSince, millis(Math.min(youth, firstPause * 2 ** (died - 1))));
}

/**
 * How many addresses of the slot in a row, up to the published one, were replaced because of a
 * block soon after they were claimed.
 */
function diedYoung(addresses: readonly AddressView[], newest: AddressView): number {
  const published = addresses.filter(
    (address) => wasPublished(address) && address.ordinal <= newest.ordinal,
  );
  const newestFirst = published.toSorted(
    (a, b) => b.ordinal - a.ordinal || b.createdAt - a.createdAt,
  );
  let died = 0;
  for (const [index, successor] of newestFirst.entries()) {
    const before = newestFirst[index + 1];
    if (
      before === undefined ||
      successor.cause !== "Blocked" ||
      since(before.createdAt, successor.createdAt) >= youth
    )
      break;
    died++;
  }
  return died;
}

const anHour = hours(1);

/**
 * Moves by schedule in the last hour, from the ledger: a restart does not forget them. What moves
 * nobody does not count: a claim that is refused, and an address that was used before.
 */
export function movesByAge(fleet: FleetView, now: Instant): readonly Instant[] {
  const counted = fleet.addresses.filter(
    (address) =>
      address.cause === "Age" &&
      ((address.want === "Serve" && !isRefused(address) && !address.repeat) ||
        wasPublished(address)),
  );
  // A claim that is still to come was dated by a clock that was ahead.
  return counted
    .map(({ createdAt }) => createdAt)
    .filter((at) => since(at, now) < anHour && !isToCome(at, now));
}

/**
 * When the next moves by schedule fit into the hour: one time for each that still may, sorted. A
 * time that has come means now. At least one slot an hour may move, and at most `maxPerHourPercent`
 * of them.
 */
export function hourlyRoom(
  fleet: FleetView,
  now: Instant,
): { readonly left: number; readonly nextAt: Instant | undefined } {
  const most = Math.max(1, Math.floor((fleet.count * fleet.rotation.maxPerHourPercent) / 100));
  const recent = movesByAge(fleet, now).toSorted((a, b) => b - a);
  const blocking = recent[most - 1];
  return {
    left: Math.max(0, most - recent.length),
    nextAt: blocking === undefined ? undefined : plus(blocking, anHour),
  };
}

/**
 * An entry that was claimed by age is kept for an hour at least, since the hourly budget counts it.
 */
export function countedUntil({ cause, createdAt }: AddressView): Instant {
  return cause === "Age" ? plus(createdAt, anHour) : createdAt;
}
