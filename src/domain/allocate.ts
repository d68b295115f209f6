import { type Ip, contains, formatIp, mergeRanges, parseIp, rangeSize } from "./ip.ts";
import type { PoolView, Random } from "./views.ts";

/** How many addresses of a pool nobody holds. */
export function countFree(pool: PoolView, held: ReadonlySet<string>): bigint {
  const ranges = mergeRanges(pool.ranges);
  const total = ranges.reduce((sum, range) => sum + rangeSize(range), 0n);
  return total - BigInt(heldInside(pool, held).length);
}

/**
 * Picks one of the pool's free addresses, each with the same chance: load balancers hand out the lowest or the last one
 * again, and what is predictable can be blocked in advance.
 * @returns canonical text, or undefined when none is free
 */
export function chooseAddress(pool: PoolView, held: ReadonlySet<string>, random: Random): string | undefined {
  const free = countFree(pool, held);
  if (free <= 0n) return undefined;
  return formatIp(nthFree(pool, held, BigInt(Math.floor(random() * Number(free)))));
}

/** Steps over the held addresses in order, so that no pool is ever listed out (it may have 2^20 addresses). */
function nthFree(pool: PoolView, held: ReadonlySet<string>, n: bigint): Ip {
  const taken = heldInside(pool, held).toSorted((a, b) => (a.value < b.value ? -1 : 1));
  let left = n;
  for (const range of mergeRanges(pool.ranges)) {
    let next = range.first;
    for (const { value } of taken.filter((ip) => contains([range], ip))) {
      if (left < value - next) return { family: range.family, value: next + left };
      left -= value - next;
      next = value + 1n;
    }
    if (left <= range.last - next) return { family: range.family, value: next + left };
    left -= range.last - next + 1n;
  }
  throw new RangeError(`pool ${pool.name} has no free address number ${n}`);
}

function heldInside(pool: PoolView, held: ReadonlySet<string>): Ip[] {
  return [...held].map(parseIp).filter((ip) => contains(pool.ranges, ip));
}
