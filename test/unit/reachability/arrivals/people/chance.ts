import type { Random } from "../../../../../src/values/random.ts";

/** A count of a Poisson distribution. */
export function poisson(mean: number, random: Random): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let count = 0;
  for (let left = random(), limit = Math.exp(-mean); left > limit; left *= random()) count++;
  return count;
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Times between events that come by themselves. */
export function exponential(mean: number, random: Random): number {
  return -mean * Math.log(1 - random());
}

export function between(low: number, high: number, random: Random): number {
  return low + (high - low) * random();
}
