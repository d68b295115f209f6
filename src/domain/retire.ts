import type { RetireCause } from "../api/proxy-address.ts";
import { type Instant, type Millis, earliest, millis, plus, seconds } from "./time.ts";
import { type AddressView, type FleetView, type PoolView, isInMaking, publishedAddress } from "./views.ts";

/** A step of an address towards its end. */
export type Retirement =
  | { readonly kind: "drain"; readonly name: string; readonly because: RetireCause; readonly until: Instant }
  | { readonly kind: "quarantine"; readonly name: string; readonly because: RetireCause; readonly until: Instant };

/** People read the published address anew within this time, so no drain that lasts longer is cut below it. */
const shortestDrain = seconds(30);

/** Sessions are counted anew after this time. */
const sessionsAgeing = seconds(10);

/** What to do now with an address that people no longer need, and when to look again at one that still drains. */
export interface RetirementView {
  readonly now?: Retirement;
  readonly lookAgainAt?: Instant;
}

/** The next step of one address: none while it is needed; drain once its successor is published; dark when the drain is over. */
export function retirement(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  switch (address.want) {
    case "Quarantine":
      return {};
    case "Drain":
      return fleet.deleting ? { now: quarantine(fleet, address, "FleetDeleted", now) } : drained(fleet, address, now);
    case "Serve":
      return { ...ofNeeded(fleet, address, now) };
  }
}

function ofNeeded(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  if (fleet.deleting) return { now: quarantine(fleet, address, "FleetDeleted", now) };
  if (address.unusable) return { now: quarantine(fleet, address, "Unusable", now) };
  if (address.phase !== "Serving") return ofUnpublished(fleet, address, now);
  if (address.slot >= fleet.count) return { now: drain(fleet, address, "SlotRemoved", now) };
  const published = publishedAddress(fleet.addresses, address.slot);
  if (published === undefined || published.name === address.name) return {};
  return { now: drain(fleet, address, replacedBecause(published), now) };
}

/** Nobody knows an address that was never published: it needs no drain. */
function ofUnpublished(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  if (address.slot >= fleet.count) return { now: quarantine(fleet, address, "SlotRemoved", now) };
  return isInMaking(address) ? {} : { now: quarantine(fleet, address, "Requested", now) };
}

function drained(fleet: FleetView, address: AddressView, now: Instant): RetirementView {
  const until = address.drainUntil ?? now;
  const idleFrom = plus(address.phaseSince, drainFloor(fleet, address.retiredBecause ?? "Requested"));
  const isIdle = address.phase === "Draining" && address.sessions === 0 && now >= idleFrom;
  if (now >= until || isIdle) return { now: quarantine(fleet, address, address.retiredBecause ?? "Requested", now) };
  return { lookAgainAt: earliest(until, now < idleFrom ? idleFrom : plus(now, sessionsAgeing)) ?? until };
}

function drain(fleet: FleetView, address: AddressView, because: RetireCause, now: Instant): Retirement {
  return { kind: "drain", name: address.name, because, until: plus(now, drainTime(fleet, because)) };
}

/**
 * Length of a drain (ms).
 * Never less than the DNS record's time to live, since resolvers may hand out the old address that long (RFC 2181 §8).
 */
export function drainTime(fleet: Pick<FleetView, "drain" | "dnsTtl">, because: RetireCause): Millis {
  return millis(Math.max(because === "Blocked" ? fleet.drain.blocked : fleet.drain.scheduled, fleet.dnsTtl));
}

/** A drain whose sessions are gone ends early, but not before this time (ms). */
function drainFloor(fleet: FleetView, because: RetireCause): Millis {
  return millis(Math.max(fleet.dnsTtl, Math.min(shortestDrain, drainTime(fleet, because))));
}

function quarantine(fleet: FleetView, address: AddressView, because: RetireCause, now: Instant): Retirement {
  const pool = [...fleet.pools, ...fleet.formerPools].find(({ name }) => name === address.pool);
  return { kind: "quarantine", name: address.name, because, until: plus(now, quarantineTime(pool, because)) };
}

/** How long an address stays dark (ms). Where its pool is gone, the default of a pool counts: the memory must outlive an edit. */
function quarantineTime(pool: PoolView | undefined, because: RetireCause): Millis {
  const times = pool?.quarantine ?? { blocked: seconds(720 * 3600), retired: seconds(168 * 3600), unusable: seconds(3600) };
  if (because === "Blocked") return times.blocked;
  return because === "Unusable" ? times.unusable : times.retired;
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
