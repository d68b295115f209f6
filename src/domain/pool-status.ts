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
  readonly free: number;
}

/** Counts a pool's addresses. An address that an overlapping pool holds is not free here either. */
export function poolCounts(pool: string, ranges: readonly IpRange[], ledger: readonly HeldAddress[]): PoolCounts {
  const merged = mergeRanges(ranges);
  const total = Number(merged.reduce((sum, range) => sum + rangeSize(range), 0n));
  const own = ledger.filter((entry) => entry.pool === pool);
  const held = ledger.filter(({ address }) => address !== undefined && contains(merged, parseIp(address)));
  const count = (state: "serving" | "draining" | "quarantined") => own.filter((entry) => stateOf(entry) === state).length;
  return { total, serving: count("serving"), draining: count("draining"), quarantined: count("quarantined"), free: total - held.length };
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
    return problem(
      "TooManyAddresses",
      `spec.addresses holds ${total} addresses; a pool has at most ${mostAddresses}: split it into several pools`,
    );
  for (const other of others) {
    const shared = ranges.find((range) =>
      other.ranges.some((theirs) => theirs.family === range.family && theirs.first <= range.last && range.first <= theirs.last),
    );
    if (shared === undefined) continue;
    const first = formatIp({ family: shared.family, value: shared.first });
    return problem(
      "Overlaps",
      `spec.addresses from ${first} on overlap pool ${other.name}. No address is given out twice, but counts and reserves mix: give each pool its own`,
    );
  }
  return undefined;
}

function problem(reason: string, message: string): Finding {
  return { status: "False", reason, message };
}
