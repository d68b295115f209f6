import { type FleetView, lanesUsedBy } from "./fleet-view.ts";
import type { RetireCause } from "../api/proxy-address.ts";
import { type PoolView, defaultQuarantineTimes } from "../pool/view.ts";
import { countedUntil } from "./age.ts";
import { laneUsers } from "../ledger/lane-use.ts";
import { latestNamedEnd, nameHold, redatingOf } from "./name-hold.ts";
import { repeatsKeptUntil } from "./repeats.ts";
import {
  type Instant,
  type Millis,
  isToCome,
  earliest,
  latest,
  millis,
  plus,
  seconds,
} from "../values/time.ts";
import {
  type AddressView,
  isBurnt,
  isInMaking,
  isRefused,
  publishedAddress,
  wasPublished,
} from "../ledger/view.ts";

/** A step of an address towards its end. */
export interface Retirement {
  readonly kind: "drain" | "quarantine";
  readonly name: string;
  readonly because: RetireCause;
  readonly until: Instant;
}

/**
 * People read the published address again within this time, so no drain that lasts longer is cut
 * below it.
 */
const shortestDrain = seconds(30);

/** Most addresses of a slot that drain at once. */
const mostDrains = 2;

/** What waits for clocks to agree is looked at again after this time. */
const clockPatience = seconds(60);

/** Sessions are counted again after this time. */
const sessionCountInterval = seconds(10);

/**
 * What to do now with an address that is no longer needed, and when to look again at one that still
 * drains.
 */
export interface RetirementView {
  readonly now?: Retirement;
  readonly requeueAt?: Instant;
}

/** An address at a time, and the pools that say how long it stays in quarantine. */
interface AtRest {
  readonly fleet: Pick<FleetView, "pools" | "formerPools">;
  readonly address: AddressView;
  readonly now: Instant;
}

/** An address of a fleet at a time. */
interface Situation extends AtRest {
  readonly fleet: FleetView;
}

/** What decides about an address that belongs to no fleet. */
export interface Orphanage {
  readonly pools: readonly PoolView[];
  /** The server has had no such fleet for minutes; one that is merely missing may come back. */
  readonly isFleetGone: boolean;
  /** Something of the fleet is being deleted, and nobody is known to wish for that. */
  readonly isHeld: boolean;
}

/**
 * The next step of an address that belongs to no fleet: dark, and remembered. While its fleet may
 * come back, as in the middle of a restore, it waits; a person who deletes its entry decides.
 */
export function orphanRetirement(
  address: AddressView,
  { pools, isFleetGone, isHeld }: Orphanage,
  now: Instant,
): Retirement | undefined {
  const situation = { fleet: { pools, formerPools: [] }, address, now };
  if (address.want === "Quarantine") return ofQuarantined(situation).now;
  const isOver = isFleetGone || address.deleting;
  return isOver && !isHeld ? quarantine(situation, "FleetDeleted") : undefined;
}

/**
 * The next step of one address: none while it is needed; drain once its successor is published;
 * dark when the drain is over.
 */
export function retirement(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  const situation = { fleet, address, now };
  switch (address.want) {
    case "Quarantine":
      return ofQuarantined(situation);
    case "Drain":
      return fleet.deleting ? { now: quarantine(situation, "FleetDeleted") } : ofDrained(situation);
    case "Serve":
      return ofNeeded(situation);
  }
}

/**
 * An address that was found blocked only after it went dark stays in quarantine as long as any
 * other blocked one.
 */
function ofQuarantined(situation: AtRest): RetirementView {
  const { address } = situation;
  if (!isBurnt(address) || address.retiredBecause === "Blocked" || address.deleting) return {};
  const step = quarantine(situation, "Blocked");
  return { now: { ...step, until: latest(step.until, address.quarantineUntil ?? step.until) } };
}

function ofNeeded(situation: Situation): RetirementView {
  const { fleet, address } = situation;
  if (fleet.deleting) return { now: quarantine(situation, "FleetDeleted") };
  if (address.unusable) return { now: quarantine(situation, "Unusable") };
  if (address.repeat) return ofRepeat(situation);
  if (isRefused(address)) return ofRefused(situation);
  return address.phase === "Serving" ? ofServing(situation) : ofUnpublished(situation);
}

/**
 * It is kept until its slot takes another address: the load balancer may still set it. One that was
 * made for an earlier spec goes at once, and may be taken again.
 */
function ofRefused(situation: Situation): RetirementView {
  const { fleet, address, now } = situation;
  if (address.slot >= fleet.count) return { now: quarantine(situation, "SlotRemoved") };
  const step = quarantine(situation, "Refused");
  if (address.refused?.outdated === true && step.because === "Refused")
    return { now: { ...step, until: now } };
  return hasLane(situation) ? {} : { now: step };
}

/** Gives up a claim that is refused: it rests for a while, since it was never published. */
export function givingUp(fleet: FleetView, address: AddressView, now: Instant): Retirement {
  return quarantine({ fleet, address, now }, "Refused");
}

function ofServing(situation: Situation): RetirementView {
  const { fleet, address, now } = situation;
  const published = publishedAddress(fleet.addresses, address.slot);
  const isRemoved = address.slot >= fleet.count;
  if (published === undefined || (published.name === address.name && !isRemoved)) return {};
  // Its drain is counted from when the status no longer names it: an operator that is killed again
  // and again may need long to write that.
  if (isAnnounced(fleet, address)) return { requeueAt: now };
  if (isRemoved) return { now: drain(situation, "SlotRemoved") };
  // It serves on, unpublished, until the oldest of those that drain has made room.
  if (drainsOf(fleet, address.slot).length >= mostDrains) return {};
  return { now: drain(situation, lostCause(address) ?? replacedBecause(published)) };
}

function isAnnounced({ announced }: FleetView, { address }: AddressView): boolean {
  return address !== undefined && announced.has(address);
}

/**
 * A repeat is kept, so that the provider can't give it again, until its slot has a fresh address or
 * the pause in asking is over.
 */
function ofRepeat({ fleet, address, now }: Situation): RetirementView {
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
function ofUnpublished(situation: Situation): RetirementView {
  const { fleet, address } = situation;
  if (address.slot >= fleet.count) return { now: quarantine(situation, "SlotRemoved") };
  const isNeeded = isInMaking(address) && hasLane(situation);
  return isNeeded ? {} : { now: quarantine(situation, "Requested") };
}

/** One whose lane serves another address would wait for it for good, and its slot with it. */
function hasLane({ fleet, address, now }: Situation): boolean {
  return laneUsers(lanesUsedBy(fleet), now).some(({ name }) => name === address.name);
}

function ofDrained(situation: Situation): RetirementView {
  const { fleet, address, now } = situation;
  const cause = address.retiredBecause ?? "Requested";
  const until = address.drainUntil ?? now;
  if (isDatedWrongly(situation)) return { now: drain(situation, cause) };
  const floor = plus(address.phaseSince, drainFloor(fleet, cause));
  const mayEnd = address.phase === "Draining" && now >= floor;
  const makesRoom = mayEnd && mustMakeRoom(fleet, address);
  const held = makesRoom ? undefined : heldByName(situation, cause);
  if (held !== undefined) return held;
  const isOver = now >= until || makesRoom || (mayEnd && address.sessions === 0);
  if (isOver && fleet.clocksDiffer === true) return { requeueAt: plus(now, clockPatience) };
  if (isOver) return { now: quarantine(situation, cause) };
  const next = now < floor ? floor : plus(now, sessionCountInterval);
  return { requeueAt: earliest(until, next) ?? until };
}

/** Nothing where the slot's name lets the drain end. */
function heldByName(situation: Situation, cause: RetireCause): RetirementView | undefined {
  const { fleet, address, now } = situation;
  const use = fleet.nameUse?.get(address.name);
  const time = drainTime(fleet, cause);
  const hold = nameHold({ address, use, drainTime: time, dnsTtl: fleet.dnsTtl, now });
  switch (hold.kind) {
    case "none":
      return undefined;
    case "wait":
      return { requeueAt: hold.until };
    case "redate":
      return { now: drain(situation, cause) };
  }
}

/** No drain of this fleet lasts so long: a clock that was ahead dated it, so it is dated again. */
function isDatedWrongly(situation: Situation): boolean {
  const { fleet, address, now } = situation;
  const { scheduled, blocked } = fleet.drain;
  const longest = millis(Math.max(scheduled, blocked, fleet.dnsTtl));
  const latestEnd = plus(now, millis(longest + aheadOf(situation, longest)));
  return fleet.clocksDiffer !== true && isToCome(address.drainUntil ?? now, latestEnd);
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

/** By how much the end of a drain is dated ahead of its time (ms): only where a name may delay it. */
function aheadOf({ fleet: { nameUse }, address, now }: Situation, time: Millis): Millis {
  const { name, phase, phaseSince } = address;
  if (nameUse?.has(name) !== true) return millis(0);
  return redatingOf(time, millis(phase === "Draining" ? Math.max(0, now - phaseSince) : 0));
}

function drain(situation: Situation, cause: RetireCause): Retirement {
  const { fleet, address, now } = situation;
  const because = causeOf(address, cause);
  const time = drainTime(fleet, because);
  const ahead = because === "Blocked" ? millis(0) : aheadOf(situation, time);
  const usual = plus(now, millis(time + ahead));
  const isHeld = ahead > 0 && address.phase === "Draining";
  const until = isHeld ? (earliest(usual, latestNamedEnd(address, time)) ?? usual) : usual;
  return { kind: "drain", name: address.name, because, until };
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

function quarantine({ fleet, address, now }: AtRest, cause: RetireCause): Retirement {
  const { name } = address;
  const because = causeOf(address, cause);
  // An entry without an address, such as a repeat, has nothing to remember.
  if (address.address === undefined)
    return { kind: "quarantine", name, because: address.repeat ? "Repeat" : because, until: now };
  const pool = [...fleet.pools, ...fleet.formerPools].find(({ name }) => name === address.pool);
  const until = plus(now, quarantineTime(pool, because, wasPublished(address)));
  return {
    kind: "quarantine",
    name,
    because,
    until: wasPublished(address) ? latest(until, countedUntil(address)) : until,
  };
}

/**
 * A blocked address stays burnt, for whatever reason it leaves: deleting and re-applying a fleet
 * must not bring it back.
 */
function causeOf(address: AddressView, cause: RetireCause): RetireCause {
  return isBurnt(address) ? "Blocked" : cause;
}

/**
 * How long an address stays dark (ms). One that was published stays as long as they all do, even if
 * it failed later. Where its pool is gone, a pool's default counts: the memory must outlive an
 * edit.
 */
function quarantineTime(
  pool: PoolView | undefined,
  because: RetireCause,
  isKnown: boolean,
): Millis {
  const times = pool?.quarantine ?? defaultQuarantineTimes;
  if (because === "Blocked") return times.blocked;
  const isItsOwn = because === "Unusable" || because === "Refused";
  return isItsOwn && !isKnown ? times.unusable : times.retired;
}

function lostCause({ lost }: AddressView): RetireCause | undefined {
  if (lost === undefined) return undefined;
  return lost.balancerHas === "none" ? "Lost" : "Unusable";
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
