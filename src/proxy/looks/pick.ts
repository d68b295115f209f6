import { hashOf } from "../../kubernetes/difference.ts";
import type { Random } from "../../values/random.ts";

/** One of a list, each as likely as the others. An empty list has none. */
export function pick<T>(random: Random, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}

/** A whole number from `least` to `most`, both included. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** So many random letters of an alphabet. */
export function letters(random: Random, alphabet: string, count: number): string {
  return Array.from({ length: count }, () =>
    alphabet.charAt(between(random, 0, alphabet.length - 1)),
  ).join("");
}

/**
 * Numbers that follow from a seed: the same ones each time, and nobody who lacks the seed can tell
 * them.
 */
export function seededBy(...seed: readonly (string | number)[]): Random {
  let drawn = 0;
  return () => Number.parseInt(hashOf([...seed, drawn++]).slice(0, 8), 16) / 2 ** 32;
}
