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
 * them. Made by sfc32 (Chris Doty-Humphrey, PractRand), from a digest of the seed.
 */
export function seededBy(...seed: readonly (string | number)[]): Random {
  const digest = hashOf(seed);
  const part = (index: number) => Number.parseInt(digest.slice(8 * index, 8 * index + 8), 16) | 0;
  let [a, b, c, counter] = [part(0), part(1), part(2), part(3)];
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}
