import type { ClaimCause } from "../api/proxy-address.ts";
import { chooseAddress, countFree } from "./allocate.ts";
import { ledgerName } from "./ip.ts";
import type { Opinion } from "./opinion.ts";
import type { FleetView, PoolView, Random } from "./views.ts";

/** A fresh address for a slot: creating its ledger entry is what takes it. */
export interface Claim {
  readonly slot: number;
  readonly pool: string;
  readonly name: string;
  readonly address: string;
  readonly lane: number;
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
  readonly held: Set<string>;
  readonly lanes: Set<number>;
  /** How many addresses of each pool this plan takes. */
  readonly claims: Map<string, number>;
}

/** Addresses and lanes in use before a plan. The lane of a dark address is free again: the pods end its sessions before they reuse it. */
export function takenBy(fleet: FleetView): Taken {
  const lanes = fleet.addresses.filter((address) => address.phase !== "Quarantined").map((address) => address.lane);
  return { held: new Set(fleet.held), lanes: new Set(lanes), claims: new Map() };
}

/** Finds an address and a lane for a slot that should move, and marks them as taken. */
export function claimFor(
  fleet: FleetView,
  slot: number,
  move: Opinion & { kind: "move" },
  taken: Taken,
  bank: number,
  random: Random,
): Claim | Shortage {
  const lane = Array.from({ length: bank }, (_, index) => index).find((index) => !taken.lanes.has(index));
  if (lane === undefined)
    return { slot, message: `slot ${slot} should move and can't: all ${bank} lanes are in use. It moves when a drain ends` };
  for (const pool of poolsFor(fleet, slot)) {
    if (pool.refusal !== undefined || !mayTake(pool, move.cause, taken)) continue;
    const address = chooseAddress(pool, taken.held, random);
    if (address === undefined) continue;
    taken.held.add(address);
    taken.lanes.add(lane);
    taken.claims.set(pool.name, (taken.claims.get(pool.name) ?? 0) + 1);
    return {
      slot,
      pool: pool.name,
      name: ledgerName(address),
      address,
      lane,
      cause: move.cause,
      requestedAt: move.requestedAt,
      because: move.because,
    };
  }
  return { slot, message: shortageMessage(fleet, slot, taken) };
}

/** Slots spread over the pools: each prefers another one, and falls back in the fleet's order. */
function poolsFor(fleet: FleetView, slot: number): readonly PoolView[] {
  const start = fleet.pools.length === 0 ? 0 : slot % fleet.pools.length;
  return [...fleet.pools.slice(start), ...fleet.pools.slice(0, start)];
}

/** The reserve is for blocks, and for slots that have no address at all. */
function mayTake(pool: PoolView, cause: ClaimCause, taken: Taken): boolean {
  if (!hasRoom(pool, taken)) return false;
  const reserve = cause === "Blocked" || cause === "NewSlot" ? 0 : pool.reserve;
  return countFree(pool, taken.held) > BigInt(reserve);
}

/** A plan may claim for many slots at once, and the namespace's limit counts them all. */
function hasRoom(pool: PoolView, taken: Taken): boolean {
  return pool.room === undefined || (taken.claims.get(pool.name) ?? 0) < pool.room;
}

function shortageMessage(fleet: FleetView, slot: number, taken: Taken): string {
  const pools = fleet.pools.map((pool) => {
    if (pool.refusal !== undefined) return pool.refusal;
    if (!hasRoom(pool, taken)) return `pool ${pool.name} gives this namespace no more addresses (spec.perNamespace)`;
    const free = countFree(pool, taken.held);
    return free === 0n ? `pool ${pool.name} has no free address` : `pool ${pool.name} has ${free} free, kept as reserve for blocks`;
  });
  const what = pools.length === 0 ? "the fleet names no pool" : pools.join("; ");
  return `slot ${slot} should move and can't: ${what}. Add addresses to a pool, wait until quarantines end, or name another pool in spec.addresses.pools`;
}
