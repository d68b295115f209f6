import { type FleetView, lanesUsedBy } from "./fleet-view.ts";
import type { PoolView } from "../pool/view.ts";
import type { Random } from "../values/random.ts";
import { type ClaimCause, greatestOrdinal } from "../api/proxy-address.ts";
import { chooseAddress, countFree, preferences } from "../pool/allocate.ts";
import { parseIp } from "../values/ip.ts";
import { ledgerName } from "../ledger/name.ts";
import { holdsLane, laneUsers } from "../ledger/lane-use.ts";
import type { MoveDecision } from "./slot-decision.ts";
import { hasTooManyRepeats } from "./repeats.ts";
import { shortageMessage } from "./shortage.ts";
import { type AddressView, isHeldLit, isRefused } from "../ledger/view.ts";
import { present } from "../values/present.ts";
import type { HeldAddresses } from "../ledger/held-addresses.ts";
import type { Instant } from "../values/time.ts";

/** A fresh address for a slot: creating its ledger entry is what takes it. */
export interface Claim {
  readonly slot: number;
  readonly pool: string;
  readonly name: string;
  /** Undefined where the provider can't be asked for one: it gives what it gives. */
  readonly address: string | undefined;
  readonly lane: number;
  /** Its number among the addresses that its slot has had, from 1. */
  readonly ordinal: number;
  readonly cause: ClaimCause;
  readonly requestedAt: string | undefined;
  readonly because: string;
  /** The slot's refused claim, which is given up for this one. */
  readonly insteadOf?: string;
}

/** A slot that should move and can't, with what to do about it. */
export interface Shortage {
  readonly slot: number;
  readonly message: string;
}

/** Addresses and lanes that are taken; grows while a plan is made. */
export interface Allocations {
  readonly held: HeldAddresses;
  readonly lanes: Set<number>;
  /** Lanes that are still open for an address which has just gone dark: the last to be taken. */
  readonly closing: ReadonlySet<number>;
  /** How many addresses of each pool this plan takes. */
  readonly claims: Map<string, number>;
}

/** What a claim is made from. */
export interface ClaimContext {
  readonly fleet: FleetView;
  readonly allocated: Allocations;
  /** Lanes of the fleet's pods. */
  readonly bank: number;
  readonly random: Random;
}

/** A slot for which an address is looked for, and why. */
interface Seeker {
  readonly slot: number;
  readonly cause: ClaimCause;
}

/**
 * Addresses and lanes that are taken before a plan. The lane of a dark address is free again: the
 * pods end its sessions before they reuse it. A repeat never gets a lane.
 */
export function allocationsOf(fleet: FleetView, now: Instant): Allocations {
  const { held, doubtfulLanes = [] } = fleet;
  const addresses = lanesUsedBy(fleet);
  const lanesOf = (users: readonly AddressView[]) => new Set(users.map(({ lane }) => lane));
  const closing = laneUsers(addresses, now).filter((user) => !holdsLane(user));
  return {
    held: held.copy(),
    lanes: new Set([...lanesOf(addresses.filter(holdsLane)), ...doubtfulLanes]),
    closing: lanesOf(closing),
    claims: new Map(),
  };
}

/** Whether an address was found, and no shortage. */
export function isClaim(result: Claim | Shortage): result is Claim {
  return "lane" in result;
}

/** Finds an address and a lane for a slot that should move, and adds them to the allocations. */
export function claimFor(
  slot: number,
  { cause, requestedAt, because }: MoveDecision,
  context: ClaimContext,
): Claim | Shortage {
  const { fleet, allocated, bank } = context;
  const lane = freeLane(allocated, bank);
  if (lane === undefined)
    return {
      slot,
      message: `slot ${slot} should move and can't: all ${bank} lanes are in use. It moves when a drain ends${heldLanes(fleet)}`,
    };
  const found = findAddress({ slot, cause }, context);
  const refused = refusedOf(fleet, slot);
  if (found === undefined) {
    const message = shortageMessage(fleet, slot, allocated);
    const why =
      refused?.refused === undefined
        ? ""
        : `. It goes on asking for one: ${refused.refused.message}`;
    return { slot, message: `${message}${why}` };
  }
  allocate(allocated, lane, found);
  const ordinal = nextOrdinal(fleet, slot);
  const claim = { slot, ...found, lane, ordinal, cause, requestedAt, because };
  return { ...claim, ...present({ insteadOf: refused?.name }) };
}

function refusedOf({ addresses }: FleetView, slot: number): AddressView | undefined {
  return addresses.find((address) => address.slot === slot && isRefused(address));
}

function heldLanes(fleet: FleetView): string {
  const held = lanesUsedBy(fleet).filter(isHeldLit);
  const names = held.map(({ address, name }) => address ?? name);
  return held.length === 0
    ? ""
    : `, or when the Services of ${names.join(", ")} are let go: see kubectl describe wapa`;
}

type FoundAddress = Pick<Claim, "pool" | "address" | "name">;

function allocate({ held, lanes, claims }: Allocations, lane: number, found: FoundAddress): void {
  const { pool, address } = found;
  lanes.add(lane);
  claims.set(pool, (claims.get(pool) ?? 0) + 1);
  if (address !== undefined)
    held.add({ ip: parseIp(address), pool, quarantined: false, until: undefined, burnt: false });
}

/** An entry that came from elsewhere may have the greatest: of two, the younger is published. */
function nextOrdinal({ addresses }: FleetView, slot: number): number {
  const before = addresses.filter((other) => other.slot === slot).map(({ ordinal }) => ordinal);
  return Math.min(1 + Math.max(0, ...before), greatestOrdinal);
}

function freeLane({ lanes, closing }: Allocations, bank: number): number | undefined {
  const free = Array.from({ length: bank }, (_, index) => index).filter(
    (index) => !lanes.has(index),
  );
  return free.find((index) => !closing.has(index)) ?? free[0];
}

/**
 * The best address that any pool has, and among equals the one of the pool that this slot prefers.
 */
function findAddress(
  seeker: Seeker,
  { fleet, allocated, random }: ClaimContext,
): FoundAddress | undefined {
  const pools = poolsFor(fleet, seeker.slot).filter((pool) =>
    mayTake(pool, seeker, { fleet, allocated }),
  );
  for (const preference of preferences)
    for (const pool of pools) {
      if (pool.assigned)
        return { pool: pool.name, address: undefined, name: nameWithoutAddress(random) };
      const address = chooseAddress(pool, allocated.held, { preference, random });
      if (address !== undefined) return { pool: pool.name, address, name: ledgerName(address) };
    }
  return undefined;
}

/** Slots spread over the pools: each prefers another one, and falls back in the fleet's order. */
function poolsFor(fleet: FleetView, slot: number): readonly PoolView[] {
  const start = fleet.pools.length === 0 ? 0 : slot % fleet.pools.length;
  return [...fleet.pools.slice(start), ...fleet.pools.slice(0, start)];
}

/** The reserve is for blocks, and for slots that have no address at all. */
function mayTake(
  pool: PoolView,
  { slot, cause }: Seeker,
  { fleet, allocated }: Pick<ClaimContext, "fleet" | "allocated">,
): boolean {
  if (pool.refusal !== undefined || !hasRoom(pool, allocated)) return false;
  const refused = refusedOf(fleet, slot);
  if (refused?.refused?.wholePool === true && refused.pool === pool.name) return false;
  if (pool.assigned) return !hasTooManyRepeats(fleet, slot, pool.name);
  const reserve = cause === "Blocked" || cause === "NewSlot" ? 0 : pool.reserve;
  return countFree(pool, allocated.held) > BigInt(reserve);
}

/** A plan may claim for many slots at once, and the namespace's limit counts them all. */
function hasRoom(pool: PoolView, { claims }: Allocations): boolean {
  return pool.room === undefined || (claims.get(pool.name) ?? 0) < pool.room;
}

/** Until the provider has given an address, the entry's name is random: 12 letters and digits. */
function nameWithoutAddress(random: Random): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return `ip-${Array.from({ length: 12 }, () => letters[Math.floor(random() * letters.length)] ?? "a").join("")}`;
}
