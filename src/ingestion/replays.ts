/** Runs that are remembered of one vantage point: agents that share a line, and restarts. */
const mostRuns = 16;

/**
 * Which results came already. An agent numbers what it finds within its run, and sends again what
 * it has no receipt for; what came already is passed over. A vantage point takes no more than 16
 * runs of memory. After that, or after a restart of the operator, a result may count twice, which
 * the verdict tolerates.
 */
export class Replays {
  /** The highest number of each run, by vantage point; the run that was heard last comes last. */
  readonly #highest = new Map<string, Map<string, number>>();

  /** All results of the run up to this number came already; 0 for none. */
  highest(vantagePoint: string, run: string): number {
    return this.#highest.get(vantagePoint)?.get(run) ?? 0;
  }

  /** All results of the run up to this number are passed on. */
  taken(vantagePoint: string, run: string, upTo: number): void {
    const runs = this.#highest.get(vantagePoint) ?? new Map<string, number>();
    const highest = Math.max(upTo, runs.get(run) ?? 0);
    runs.delete(run);
    runs.set(run, highest);
    const [oldest] = runs.keys();
    if (runs.size > mostRuns && oldest !== undefined) runs.delete(oldest);
    this.#highest.set(vantagePoint, runs);
  }

  /** Forgets vantage points that are gone. */
  keepOnly(vantagePoints: ReadonlySet<string>): void {
    for (const name of this.#highest.keys())
      if (!vantagePoints.has(name)) this.#highest.delete(name);
  }

  /** How many runs are remembered. */
  get size(): number {
    return [...this.#highest.values()].reduce((sum, runs) => sum + runs.size, 0);
  }
}
