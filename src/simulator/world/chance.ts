import type { Random } from "../../values/random.ts";
import { type Millis, millis } from "../../values/time.ts";

/**
 * A source of chance of its own for each part of the world: what one part draws changes nothing for
 * another, so that policies meet the same people and the same censor.
 */
export class Chance {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The stream of a name: the same seed and name give the same numbers. */
  stream(name: string): Random {
    return seeded(hashOf(`${this.#seed} ${name}`));
  }
}

/** Numbers from 0 up to, not including, 1 (mulberry32, public domain). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 32 bits of a text (FNV-1a, mixed). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** A waiting time of what happens at a constant rate. */
export function exponential(random: Random, mean: Millis): Millis {
  return millis(Math.abs(mean * Math.log(1 - random())));
}

/** One of these, each with the same chance. @throws RangeError where there is none */
export function oneOf<T>(random: Random, all: readonly T[]): T {
  const found = all[Math.floor(random() * all.length)];
  if (found === undefined) throw new RangeError("there is nothing to choose from");
  return found;
}
