import type { RunFigures } from "./figures/collector.ts";
import { type Summary, summaryOf } from "./figures/summary.ts";
import { play } from "./run.ts";
import type { RunSetup } from "./world/setup.ts";

/** One setup, to be played with several seeds. */
export type Case = Omit<RunSetup, "seed">;

/** What a case came to. */
export interface Played<C extends Case = Case> {
  readonly of: C;
  readonly runs: readonly RunFigures[];
  readonly summary: Summary;
}

/** How far a comparison is. */
export interface Progress {
  readonly done: number;
  readonly all: number;
  /** What was played last, in words. */
  readonly last: string;
}

/** Plays each case with the same seeds, so that all of them meet the same people and censors. */
export async function compare<C extends Case>(
  cases: readonly C[],
  seeds: readonly number[],
  report: (progress: Progress) => void = () => undefined,
): Promise<readonly Played<C>[]> {
  const all = cases.length * seeds.length;
  let done = 0;
  const played: Played<C>[] = [];
  for (const of of cases) {
    const runs: RunFigures[] = [];
    for (const seed of seeds) {
      runs.push(await play({ ...of, seed }));
      const last = `${of.policy.name} against ${of.profile.name}, seed ${seed}`;
      report({ done: ++done, all, last });
    }
    played.push({ of, runs, summary: summaryOf(runs) });
  }
  return played;
}

/** So many seeds, from a first one up. */
export function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
