import { randomInt } from "node:crypto";

/**
 * A number from 0 up to, not including, 1 that nobody can foresee: a censor must not guess the next
 * address.
 */
export function cryptoRandom(): number {
  return randomInt(2 ** 48 - 1) / (2 ** 48 - 1);
}
