import { mostPoolCount } from "../api/address-pool.ts";
import { mostPoolAddresses } from "../api/ip-schema.ts";
import type { ConditionReason } from "../api/reasons.ts";
import { type Finding } from "../api/findings.ts";
import { countFree, distinctRanges } from "./allocate.ts";
import type { HeldAddresses } from "../ledger/held-addresses.ts";
import { type IpRange, countAddresses, formatIp } from "../values/ip.ts";
import type { AddressView } from "../ledger/view.ts";

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
 * @param ranges "assigned" where the provider gives what it gives: the pool holds what the ledger
 * holds of it then
 * @param held all that the ledger holds, of whatever pool
 */
export function poolCounts(
  ranges: readonly IpRange[] | "assigned",
  entries: Iterable<Pick<AddressView, "want" | "phase">>,
  held: HeldAddresses,
): PoolCounts {
  const states = { serving: 0, draining: 0, quarantined: 0 };
  for (const entry of entries) states[stateOf(entry)]++;
  if (ranges === "assigned")
    return { total: states.serving + states.draining + states.quarantined, ...states };
  return {
    total: counted(countAddresses(distinctRanges(ranges))),
    ...states,
    free: counted(countFree({ ranges }, held)),
  };
}

/** An IPv6 range that is far too large has more addresses than a status can say. */
function counted(addresses: bigint): number {
  return Math.min(Number(addresses), mostPoolCount);
}

/** A tenth of a pool, or what it keeps for blocks, is little: time to add addresses. */
function isLow({ total = 0, free }: Partial<PoolCounts>, reserve: number): boolean {
  return free !== undefined && free <= Math.max(reserve, Math.floor(total / 10));
}

/** Reports a pool that has come to have few free addresses: once, and before there are none. */
export function lowWater(
  before: Partial<PoolCounts> | undefined,
  after: Partial<PoolCounts>,
  reserve: number,
): { readonly reason: ConditionReason; readonly message: string } | undefined {
  if (!isLow(after, reserve) || isLow(before ?? {}, reserve)) return undefined;
  const { free = 0, total = 0, quarantined = 0 } = after;
  return {
    reason: "PoolLow",
    message: `${free} of ${total} addresses are free, and ${quarantined} rest: add addresses before a block finds none`,
  };
}

function stateOf({
  want,
  phase,
}: Pick<AddressView, "want" | "phase">): "serving" | "draining" | "quarantined" {
  if (phase === "Quarantined" || want === "Quarantine") return "quarantined";
  return want === "Drain" ? "draining" : "serving";
}

/**
 * What is wrong with a pool that the CRD can't see: too many addresses, or addresses that another
 * pool has too.
 */
export function poolProblem(
  ranges: readonly IpRange[],
  others: readonly { readonly name: string; readonly ranges: readonly IpRange[] }[],
): Finding | undefined {
  const total = countAddresses(distinctRanges(ranges));
  if (total > mostPoolAddresses)
    return problem(
      "TooManyAddresses",
      `it holds ${total} addresses; a pool has at most ${mostPoolAddresses}: split it into several pools`,
    );
  for (const other of others) {
    const shared = ranges.find((range) =>
      other.ranges.some(
        (theirs) =>
          theirs.family === range.family &&
          theirs.first <= range.last &&
          range.first <= theirs.last,
      ),
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

function problem(reason: ConditionReason, message: string): Finding {
  return { status: "False", reason, message };
}
