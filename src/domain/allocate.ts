import { type Ip, type IpRange, contains, countAddresses, formatIp, prefixOf, rangeSize, subtractRanges } from "./ip.ts";
import type { HeldAddress, PoolView, Random } from "./views.ts";

/**
 * How picky a claim is. `apart`: away from blocked addresses, and in no network (/24, IPv6 /48) that anybody uses. `unsuspected`: away
 * from blocked addresses. `any`: whatever is free.
 */
export type Care = "apart" | "unsuspected" | "any";

/** From the best to the last resort: the next is tried only where none of the pools has an address of the one before. */
export const cares: readonly Care[] = ["apart", "unsuspected", "any"];

/** Two groups in one network stand and fall together: censors block whole networks. */
const networkOfGroup = { ipv4: 24, ipv6: 48 } as const;

/** How many addresses of a pool nobody holds. */
export function countFree(pool: PoolView, held: readonly HeldAddress[]): bigint {
  return countAddresses(freeRanges(pool, held, "any"));
}

/**
 * Picks one of the pool's free addresses, each with the same chance: load balancers hand out the lowest or the last one
 * again, and what is predictable can be blocked in advance. The pool is never listed out: it may have 2^20 addresses.
 * @returns canonical text, or undefined when none is free that is as good as `care` asks
 */
export function chooseAddress(pool: PoolView, held: readonly HeldAddress[], care: Care, random: Random): string | undefined {
  const free = freeRanges(pool, held, care);
  const count = countAddresses(free);
  return count === 0n ? undefined : formatIp(nth(free, BigInt(Math.floor(random() * Number(count)))));
}

function freeRanges(pool: PoolView, held: readonly HeldAddress[], care: Care): readonly IpRange[] {
  return subtractRanges(pool.ranges, avoided(pool, held, care));
}

function avoided(pool: PoolView, held: readonly HeldAddress[], care: Care): IpRange[] {
  const near = ({ ip, burnt, resting }: HeldAddress): IpRange[] => [
    prefixOf(ip, 128),
    ...(care !== "any" && burnt ? [prefixOf(ip, lengthFor(ip, pool.avoidPrefix))] : []),
    ...(care === "apart" && !resting ? [prefixOf(ip, lengthFor(ip, networkOfGroup))] : []),
  ];
  return held.flatMap(near);
}

function lengthFor({ family }: Ip, lengths: PoolView["avoidPrefix"]): number {
  return family === 4 ? lengths.ipv4 : lengths.ipv6;
}

function nth(ranges: readonly IpRange[], n: bigint): Ip {
  let left = n;
  for (const range of ranges) {
    if (left < rangeSize(range)) return { family: range.family, value: range.first + left };
    left -= rangeSize(range);
  }
  throw new RangeError(`there is no free address number ${n}`);
}

/** The held addresses that lie in a pool, whichever pool they were taken from. */
export function heldInside(pool: PoolView, held: readonly HeldAddress[]): readonly HeldAddress[] {
  return held.filter(({ ip }) => contains(pool.ranges, ip));
}
