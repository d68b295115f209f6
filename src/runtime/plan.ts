import type { Random } from "../values/random.ts";
import type { Instant } from "../values/time.ts";
import type { Effect } from "./effect.ts";

/** Time and chance, given to every decision: no decision reads a clock by itself. */
export interface Context {
  readonly now: Instant;
  readonly random: Random;
  /**
   * The clocks of this machine and of the API server differ, so that the time may be wrong: what
   * can't be undone does not follow from it.
   */
  readonly clocksDiffer?: boolean;
}

/** Why something is as it is, in words: what a dry run prints. */
export interface Explanation {
  readonly subject: string;
  readonly text: string;
}

/**
 * The next step of one object, as plain data: printed it is the dry run, run forward it is the
 * simulator, applied it is the operator.
 */
export interface Plan<Ask = never> {
  /** In an order in which every effect comes after those that it needs. */
  readonly effects: readonly Effect[];
  /** What only the network knows, or takes long to make: the next pass finds the answer. */
  readonly asks: readonly Ask[];
  /** When to look again although nothing changes. */
  readonly requeueAt: Instant | undefined;
  readonly explanations: readonly Explanation[];
}

/** A plan of what is given, and of nothing else. */
export function planOf<Ask = never>(parts: Partial<Plan<Ask>>): Plan<Ask> {
  return { effects: [], asks: [], requeueAt: undefined, explanations: [], ...parts };
}
