import type { RunFigures } from "./collector.ts";
import { type Estimate, estimate } from "./interval.ts";

/** What several seeds of one setup came to. */
export interface Summary {
  readonly seeds: number;
  readonly reachable: Estimate;
  readonly reconnectMedian: Estimate;
  readonly reconnectP90: Estimate;
  readonly movesByAge: Estimate;
  readonly movesByBlock: Estimate;
  readonly falseMoves: Estimate;
  readonly movesInOutage: Estimate;
  readonly burnt: Estimate;
  /** Runs in which the pools ran dry, and after how many days, of these. */
  readonly dry: { readonly runs: number; readonly days: Estimate };
}

/** Puts the figures of several seeds together. */
export function summaryOf(runs: readonly RunFigures[]): Summary {
  const of = (pick: (run: RunFigures) => number): Estimate => estimate(runs.map(pick));
  const dry = runs.flatMap(({ dryAfterDays }) => dryAfterDays ?? []);
  return {
    seeds: runs.length,
    reachable: of(({ reachable }) => reachable),
    reconnectMedian: of(({ reconnect }) => reconnect.median),
    reconnectP90: of(({ reconnect }) => reconnect.p90),
    movesByAge: of(({ moves }) => moves.age),
    movesByBlock: of(({ moves }) => moves.blocked),
    falseMoves: of(({ falseMoves }) => falseMoves),
    movesInOutage: of(({ movesInOutage }) => movesInOutage),
    burnt: of(({ burnt }) => burnt),
    dry: { runs: dry.length, days: estimate(dry) },
  };
}
