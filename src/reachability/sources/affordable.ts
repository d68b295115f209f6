import type { Target } from "./source.ts";

/** What a round may cost, and what its parts do, in tests of a service. */
export interface Budget {
  readonly left: number;
  /** What it costs before any address is tested. */
  readonly fixed: number;
  readonly costOf: (target: Target) => number;
}

/**
 * The addresses that a round can afford to test, from the one whose turn it is. None is passed over
 * for a cheaper one: where there is never enough for all, each comes up in time.
 * @param firstIndex whose turn it is; any whole number
 */
export function affordable(
  targets: readonly Target[],
  firstIndex: number,
  { left, fixed, costOf }: Budget,
): readonly Target[] {
  const start = targets.length === 0 ? 0 : firstIndex % targets.length;
  const inTurn = [...targets.slice(start), ...targets.slice(0, start)];
  let spent = fixed;
  const tooMany = inTurn.findIndex((target) => (spent += costOf(target)) > left);
  return tooMany === -1 ? inTurn : inTurn.slice(0, tooMany);
}
