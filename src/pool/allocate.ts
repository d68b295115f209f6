import type { PoolView } from "./view.ts";
import type { Random } from "../values/random.ts";
import { memoizeWeakly } from "../values/memoize.ts";
import type { HeldAddresses } from "../ledger/held-addresses.ts";
import {
  type Ip,
  type IpRange,
  countAddresses,
  formatIp,
  mergeRanges,
  rangeSize,
  subtractRanges,
} from "../values/ip.ts";

/**
 * Which of a pool's free addresses a claim accepts. `apart`: away from blocked addresses, and in no
 * network (/24, IPv6 /48) that is in use. `unsuspected`: away from blocked addresses. `any`:
 * whatever is free.
 */
export type Preference = "apart" | "unsuspected" | "any";

/**
 * From the best to the last resort: each is tried only where none of the pools has an address of
 * the one before.
 */
export const preferences: readonly Preference[] = ["apart", "unsuspected", "any"];

/** A pool's ranges without overlaps, in order. */
export const distinctRanges: (ranges: readonly IpRange[]) => readonly IpRange[] =
  memoizeWeakly(mergeRanges);

/** How many addresses of a pool nobody holds. */
export function countFree({ ranges }: Pick<PoolView, "ranges">, held: HeldAddresses): bigint {
  const distinct = distinctRanges(ranges);
  return countAddresses(distinct) - BigInt(held.countInside(distinct));
}

/**
 * Picks one of the pool's free addresses, each with the same chance: load balancers hand out the
 * lowest or the last one again, and what is predictable can be blocked in advance. The pool is
 * never listed out: it may have 2^20 addresses.
 * @returns canonical text, or undefined where none is free that `preference` accepts
 */
export function chooseAddress(
  pool: PoolView,
  held: HeldAddresses,
  { preference, random }: { readonly preference: Preference; readonly random: Random },
): string | undefined {
  const free = freeRanges(pool, held, preference);
  const count = countAddresses(free);
  return count === 0n
    ? undefined
    : formatIp(nth(free, BigInt(Math.floor(random() * Number(count)))));
}

function freeRanges(
  { ranges, avoidPrefix }: PoolView,
  held: HeldAddresses,
  preference: Preference,
): readonly IpRange[] {
  const distinct = distinctRanges(ranges);
  const suspected = preference === "any" ? [] : held.nearBurnt(avoidPrefix);
  const shared = preference === "apart" ? held.networksInUse() : [];
  return subtractRanges(distinct, [...held.takenOf(distinct), ...suspected, ...shared]);
}

function nth(ranges: readonly IpRange[], n: bigint): Ip {
  let left = n;
  for (const range of ranges) {
    if (left < rangeSize(range)) return { family: range.family, value: range.first + left };
    left -= rangeSize(range);
  }
  throw new RangeError(`there is no free address number ${n}`);
}
