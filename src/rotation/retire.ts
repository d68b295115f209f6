import type { FleetView } from "./fleet-view.ts";
import type { PoolView } from "../pool/view.ts";
import type { RetireCause } from "../api/proxy-address.ts";
import { rememberedUntil } from "./age.ts";
import { isBurnt } from "./outage.ts";
import { repeatsKeptUntil } from "./repeats.ts";
import { type Instant, type Millis, earliest, millis, plus, seconds } from "../values/time.ts";
import { type AddressView, isInMaking, publishedAddress, wasPublished } from "../ledger/view.ts";

/** A step of an address towards its end. */
export type Retirement =
  | {
      readonly kind: "drain";
      readonly name: string;
      readonly because: RetireCause;
      readonly until: Instant;
    }
  | {
      readonly kind: "quarantine";
      readonly name: string;
      readonly because: RetireCause;
      readonly until: Instant;
    };

/**
 * People read the published address anew within this time, so no drain that lasts longer is cut
 * below it.
 */
const shortestDrain = seconds(30);

/** Most addresses of a slot that drain at once. */
const mostDrains = 2;

/** Sessions are counted anew after this time. */
const sessionsAgeing = seconds(10);

/**
 * What to do now with an address that people no longer need, and when to look again at one that
 * still drains.
 */
export interface RetirementView {
  readonly now?: Retirement;
  readonly requeueAt?: Instant;
}

/**
 * The next step of one address: none while it is needed; drain once people are told of its
 * successor; dark when the drain is over.
 */
export function retirement(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  switch (address.want) {
    case "Quarantine":
      return ofResting(fleet, address, now);
    case "Drain":
      return fleet.deleting
        ? { now: quarantine(fleet, address, "FleetDeleted", now) }
        : drained(fleet, address, now);
    case "Serve":
      return ofNeeded(fleet, address, now);
  }
}

/**
 * An address that was found blocked only after it went dark rests as long as any other blocked one.
 */
function ofResting(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  if (!isBurnt(address) || address.retiredBecause === "Blocked" || address.deleting) return {};
  const step = quarantine(fleet, address, "Blocked", now);
  return { now: { ...step, until: later(step.until, address.quarantineUntil ?? step.until) } };
}

function ofNeeded(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  if (fleet.deleting) return { now: quarantine(fleet, address, "FleetDeleted", now) };
  if (address.unusable) return { now: quarantine(fleet, address, "Unusable", now) };
  if (address.repeat) return ofRepeat(fleet, address, now);
  if (address.phase !== "Serving") return ofUnpublished(fleet, address, now);
  return ofServing(fleet, address, now);
}

function ofServing(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  const published = publishedAddress(fleet.addresses, address.slot);
  const isRemoved = address.slot >= fleet.count;
  if (published === undefined || (published.name === address.name && !isRemoved)) return {};
  // Its drain is counted from when people read that it leaves: an operator that is killed again and
  // again may need long to tell them.
  if (isTold(fleet, address)) return { requeueAt: now };
  if (isRemoved) return { now: drain(fleet, address, "SlotRemoved", now) };
  // It serves on, unpublished, until the oldest of those that drain has made room.
  if (drainsOf(fleet, address.slot).length >= mostDrains) return {};
  return {
    now: drain(
      fleet,
      address,
      address.lost === undefined ? replacedBecause(published) : "Unusable",
      now,
    ),
  };
}

function isTold({ told }: FleetView, { address }: AddressView): boolean {
  return address !== undefined && told.has(address);
}

/**
 * A repeat is kept, so that the provider can't give it again, until its slot has a fresh address or
 * nothing is asked for a while.
 */
function ofRepeat(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  const isServed = fleet.addresses.some(
    (other) =>
      other.slot === address.slot &&
      !other.repeat &&
      other.ordinal > address.ordinal &&
      wasPublished(other),
  );
  const endsAt = repeatsKeptUntil(fleet, address);
  if (!isServed && !address.deleting && address.slot < fleet.count && now < endsAt)
    return { requeueAt: endsAt };
  return { now: { kind: "quarantine", name: address.name, because: "Repeat", until: now } };
}

/** Nobody knows an address that was never published: it needs no drain. */
function ofUnpublished(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  if (address.slot >= fleet.count) return { now: quarantine(fleet, address, "SlotRemoved", now) };
  return isInMaking(address) ? {} : { now: quarantine(fleet, address, "Requested", now) };
}

function drained(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  const until = address.drainUntil ?? now;
  const floor = plus(address.phaseSince, drainFloor(fleet, address.retiredBecause ?? "Requested"));
  const mayEnd = address.phase === "Draining" && now >= floor;
  const isOver =
    now >= until || (mayEnd && (address.sessions === 0 || mustMakeRoom(fleet, address)));
  if (isOver)
    return { now: quarantine(fleet, address, address.retiredBecause ?? "Requested", now) };
  return { requeueAt: earliest(until, now < floor ? floor : plus(now, sessionsAgeing)) ?? until };
}

/**
 * A slot has at most two addresses that drain; a block ends the oldest of them, since the blocked
 * address must drain now.
 */
function mustMakeRoom(fleet: FleetView, address: AddressView): boolean {
  const published = publishedAddress(fleet.addresses, address.slot);
  const waits = fleet.addresses.some(
    (other) =>
      other.slot === address.slot &&
      other.phase === "Serving" &&
      other.want === "Serve" &&
      other.name !== published?.name,
  );
  if (published?.cause !== "Blocked" || !waits) return false;
  const drains = drainsOf(fleet, address.slot).toSorted(
    (a, b) => a.phaseSince - b.phaseSince || (a.name < b.name ? -1 : 1),
  );
  return drains.length >= mostDrains && drains[0]?.name === address.name;
}

function drainsOf(fleet: FleetView, slot: number): readonly AddressView[] {
  return fleet.addresses.filter((address) => address.slot === slot && address.want === "Drain");
}

function drain(
  fleet: FleetView,
  address: AddressView,
  cause: RetireCause,
  now: Instant,
): Retirement {
  const because = causeOf(address, cause);
  return {
    kind: "drain",
    name: address.name,
    because,
    until: plus(now, drainTime(fleet, because)),
  };
}

/**
 * Length of a drain (ms). Never less than the DNS record's time to live, since resolvers may hand
 * out the old address that long (RFC 2181 §8).
 */
export function drainTime(
  fleet: Pick<FleetView, "drain" | "dnsTtl">,
  because: RetireCause,
): Millis {
  return millis(
    Math.max(because === "Blocked" ? fleet.drain.blocked : fleet.drain.scheduled, fleet.dnsTtl),
  );
}

/** A drain whose sessions are gone ends early, but not before this time (ms). */
function drainFloor(fleet: FleetView, because: RetireCause): Millis {
  return millis(Math.max(fleet.dnsTtl, Math.min(shortestDrain, drainTime(fleet, because))));
}

function quarantine(
  fleet: FleetView,
  address: AddressView,
  cause: RetireCause,
  now: Instant,
): Retirement {
  const because = causeOf(address, cause);
  // An entry without an address, such as a repeat, has nothing to remember.
  if (address.address === undefined)
    return {
      kind: "quarantine",
      name: address.name,
      because: address.repeat ? "Repeat" : because,
      until: now,
    };
  const pool = [...fleet.pools, ...fleet.formerPools].find(({ name }) => name === address.pool);
  const until = plus(now, quarantineTime(pool, because, wasPublished(address)));
  return {
    kind: "quarantine",
    name: address.name,
    because,
    until: wasPublished(address) ? later(until, rememberedUntil(address)) : until,
  };
}

/**
 * A blocked address stays burnt, for whatever reason it leaves: deleting and re-applying a fleet
 * must not bring it back.
 */
function causeOf(address: AddressView, cause: RetireCause): RetireCause {
  return isBurnt(address) ? "Blocked" : cause;
}

function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

/**
 * How long an address stays dark (ms). One that people were told of rests as they all do, even if
 * it failed later. Where its pool is gone, the default of a pool counts: the memory must outlive an
 * edit.
 */
function quarantineTime(
  pool: PoolView | undefined,
  because: RetireCause,
  wasKnown: boolean,
): Millis {
  const times = pool?.quarantine ?? {
    blocked: seconds(720 * 3600),
    retired: seconds(168 * 3600),
    unusable: seconds(3600),
  };
  if (because === "Blocked") return times.blocked;
  return because === "Unusable" && !wasKnown ? times.unusable : times.retired;
}

function replacedBecause(successor: AddressView): RetireCause {
  switch (successor.cause) {
    case "Blocked":
    case "Age":
    case "Requested":
      return successor.cause;
    case "NewSlot":
      return "Requested";
  }
}
