import type { Contender } from "./proxies.ts";

/** One thing that was measured of each contender; undefined where it has no such thing. */
export interface Row {
  /** What rows of a kind have in common, the unit included: the title of their plot. */
  readonly panel: string;
  readonly label: string;
  readonly values: Partial<Record<Contender, number>>;
}

/** One figure of one contender, as it was measured once. */
export interface Sample extends Pick<Row, "panel" | "label"> {
  readonly contender: Contender;
  readonly value: number;
}

/**
 * Figures of several rounds. The median of them counts: one round may have met other work on the
 * machine.
 */
export class Samples {
  readonly #rows = new Map<
    string,
    { panel: string; label: string; samples: Map<Contender, number[]> }
  >();

  add({ panel, label, contender, value }: Sample): void {
    const key = `${panel}\n${label}`;
    const row = this.#rows.get(key) ?? { panel, label, samples: new Map<Contender, number[]>() };
    row.samples.set(contender, [...(row.samples.get(contender) ?? []), value]);
    this.#rows.set(key, row);
  }

  /** By panel, in the order of these; those of a panel as they were first measured. */
  rows(panels: readonly string[]): readonly Row[] {
    const all = [...this.#rows.values()].map(({ panel, label, samples }) => ({
      panel,
      label,
      values: Object.fromEntries(
        [...samples].map(([contender, values]) => [contender, median(values)]),
      ),
    }));
    return panels.flatMap((panel) => all.filter((row) => row.panel === panel));
  }
}

/** The middle value; of an even number of them the mean of both. @throws if there is none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ];
  if (low === undefined || high === undefined) throw new Error("nothing was measured");
  return (low + high) / 2;
}
