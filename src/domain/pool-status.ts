import { type Finding } from "./conditions.ts";
import { type IpRange, contains, formatIp, mergeRanges, parseIp, rangeSize } from "./ip.ts";
import type { AddressPhase } from "../api/address-phase.ts";
import type { Want } from "../api/proxy-address.ts";

/** A ledger entry, as far as a pool's bookkeeping needs it. */
export interface HeldAddress {
  readonly pool: string;
  readonly address: string | undefined;
  readonly want: Want;
  readonly phase: AddressPhase;
}

export interface PoolCounts {
  readonly total: number;
  readonly serving: number;
  readonly draining: number;
  readonly quarantined: number;
  /** Absent where nobody knows: the provider gives what it gives. */
  readonly free?: number;
}

/**
 * Counts a pool's addresses. An address that an overlapping pool holds is not free here either.
 * @param ranges "assigned" where the provider gives what it gives: the pool holds what the ledger holds of it then
 */
export function poolCounts(pool: string, ranges: readonly IpRange[] | "assigned", ledger: readonly HeldAddress[]): PoolCounts {
  const own = ledger.filter((entry) => entry.pool === pool);
  const count = (state: "serving" | "draining" | "quarantined") => own.filter((entry) => stateOf(entry) === state).length;
  const states = { serving: count("serving"), draining: count("draining"), quarantined: count("quarantined") };
  if (ranges === "assigned") return { total: own.length, ...states };
  const merged = mergeRanges(ranges);
  const total = Number(merged.reduce((sum, range) => sum + rangeSize(range), 0n));
  const held = ledger.filter(({ address }) => address !== undefined && contains(merged, parseIp(address)));
  return { total, ...states, free: total - held.length };
}

/** A tenth of a pool, or what it keeps for blocks, is little: time to add addresses. */
function isLow({ total = 0, free }: Partial<PoolCounts>, reserve: number): boolean {
  return free !== undefined && free <= Math.max(reserve, Math.floor(total / 10));
}

/** Tells of a pool that came to have few free addresses: once, and before there are none. */
export function lowWater(
  before: Partial<PoolCounts> | undefined,
  after: Partial<PoolCounts>,
  reserve: number,
): { readonly reason: string; readonly message: string } | undefined {
  if (!isLow(after, reserve) || isLow(before ?? {}, reserve)) return undefined;
  const { free = 0, total = 0, quarantined = 0 } = after;
  return {
    reason: "PoolLow",
    message: `${free} of ${total} addresses are free, and ${quarantined} rest: add addresses before a block finds none`,
  };
}

function stateOf({ want, phase }: HeldAddress): "serving" | "draining" | "quarantined" {
  if (phase === "Quarantined" || want === "Quarantine") return "quarantined";
  return want === "Drain" ? "draining" : "serving";
}

/** Most addresses that one pool may have. */
const mostAddresses = 2n ** 20n;

/** What is wrong with a pool that the CRD can't see: too many addresses, or addresses that another pool has too. */
export function poolProblem(
  ranges: readonly IpRange[],
  others: readonly { readonly name: string; readonly ranges: readonly IpRange[] }[],
): Finding | undefined {
  const total = mergeRanges(ranges).reduce((sum, range) => sum + rangeSize(range), 0n);
  if (total > mostAddresses)
    return problem("TooManyAddresses", `it holds ${total} addresses; a pool has at most ${mostAddresses}: split it into several pools`);
  for (const other of others) {
    const shared = ranges.find((range) =>
      other.ranges.some((theirs) => theirs.family === range.family && theirs.first <= range.last && range.first <= theirs.last),
    );
    if (shared === undefined) continue;
    const first = formatIp({ family: shared.family, value: shared.first });
    return problem(
      "Overlaps",
      `addresses from ${first} on overlap pool ${other.name}. No address is given out twice, but counts and reserves mix: give each pool its own`,
    );
  }
  return undefined;
}

function problem(reason: string, message: string): Finding {
  return { status: "False", reason, message };
}
