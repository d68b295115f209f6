import type { FleetView } from "./fleet-view.ts";
import type { PoolView } from "../pool/view.ts";
import type { Random } from "../values/random.ts";
import type { ClaimCause } from "../api/proxy-address.ts";
import { preferences, chooseAddress, countFree } from "../pool/allocate.ts";
import { ledgerName, parseIp } from "../values/ip.ts";
import { holdsLane, laneUsers } from "../ledger/lane-use.ts";
import type { SlotDecision } from "./slot-decision.ts";
import { hasTooManyRepeats } from "./repeats.ts";
import { shortageMessage } from "./shortage.ts";
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
  /** The how-manieth address of its slot it is. */
  readonly ordinal: number;
  readonly cause: ClaimCause;
  readonly requestedAt: string | undefined;
  readonly because: string;
}

/** A slot that should move and can't, with what to do about it. */
export interface Shortage {
  readonly slot: number;
  readonly message: string;
}

/** Addresses and lanes that are spoken for; grows while a plan is made. */
export interface Taken {
  readonly held: HeldAddresses;
  readonly lanes: Set<number>;
  /** Lanes that are still open for an address which has just gone dark: the last to be taken. */
  readonly lingering: ReadonlySet<number>;
  /** How many addresses of each pool this plan takes. */
  readonly claims: Map<string, number>;
}

/**
 * Addresses and lanes in use before a plan. The lane of a dark address is free again: the pods end
 * its sessions before they reuse it. A repeat never gets a lane.
 */
export function allocationsOf({ addresses, held }: FleetView, now: Instant): Taken {
  const open = laneUsers(addresses, now);
  const [holding, lingering] = [open.filter(holdsLane), open.filter((user) => !holdsLane(user))];
  const lanesOf = (users: typeof open) => new Set(users.map(({ lane }) => lane));
  return {
    held: held.copy(),
    lanes: lanesOf(holding),
    lingering: lanesOf(lingering),
    claims: new Map(),
  };
}

export function isClaim(result: Claim | Shortage): result is Claim {
  return "lane" in result;
}

/** Finds an address and a lane for a slot that should move, and marks them as taken. */
export function claimFor(
  fleet: FleetView,
  slot: number,
  move: SlotDecision & { kind: "move" },
  taken: Taken,
  bank: number,
  random: Random,
): Claim | Shortage {
  const lane = freeLane(taken, bank);
  if (lane === undefined)
    return {
      slot,
      message: `slot ${slot} should move and can't: all ${bank} lanes are in use. It moves when a drain ends`,
    };
  const found = findAddress(fleet, slot, move.cause, taken, random);
  if (found === undefined) return { slot, message: shortageMessage(fleet, slot, taken) };
  const { pool, address, name } = found;
  taken.lanes.add(lane);
  taken.claims.set(pool, (taken.claims.get(pool) ?? 0) + 1);
  if (address !== undefined)
    taken.held.add({ ip: parseIp(address), pool, resting: false, until: undefined, burnt: false });
  const ordinal =
    1 +
    Math.max(
      0,
      ...fleet.addresses.filter((other) => other.slot === slot).map((other) => other.ordinal),
    );
  return {
    slot,
    pool,
    name,
    address,
    lane,
    ordinal,
    cause: move.cause,
    requestedAt: move.requestedAt,
    because: move.because,
  };
}

function freeLane({ lanes, lingering }: Taken, bank: number): number | undefined {
  const free = Array.from({ length: bank }, (_, index) => index).filter(
    (index) => !lanes.has(index),
  );
  return free.find((index) => !lingering.has(index)) ?? free[0];
}

/**
 * The best address that any pool has, and among equals the one of the pool that this slot prefers.
 */
function findAddress(
  fleet: FleetView,
  slot: number,
  cause: ClaimCause,
  taken: Taken,
  random: Random,
) {
  const pools = poolsFor(fleet, slot).filter((pool) => mayTake(fleet, slot, pool, cause, taken));
  for (const care of preferences)
    for (const pool of pools) {
      if (pool.assigned)
        return { pool: pool.name, address: undefined, name: nameWithoutAddress(random) };
      const address = chooseAddress(pool, taken.held, care, random);
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
  fleet: FleetView,
  slot: number,
  pool: PoolView,
  cause: ClaimCause,
  taken: Taken,
): boolean {
  if (pool.refusal !== undefined || !hasRoom(pool, taken)) return false;
  if (pool.assigned) return !hasTooManyRepeats(fleet, slot, pool.name);
  const reserve = cause === "Blocked" || cause === "NewSlot" ? 0 : pool.reserve;
  return countFree(pool, taken.held) > BigInt(reserve);
}

/** A plan may claim for many slots at once, and the namespace's limit counts them all. */
export function hasRoom(pool: PoolView, taken: Pick<Taken, "claims">): boolean {
  return pool.room === undefined || (taken.claims.get(pool.name) ?? 0) < pool.room;
}

/** Until the provider has given an address, the entry is named by chance: 12 letters and digits. */
function nameWithoutAddress(random: Random): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return `ip-${Array.from({ length: 12 }, () => letters[Math.floor(random() * letters.length)] ?? "a").join("")}`;
}
