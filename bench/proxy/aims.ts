import { panels } from "./measure.ts";
import type { Row } from "./samples.ts";

/** What the proxy is to reach, and whether it does. */
export interface Aim {
  readonly what: string;
  readonly aimed: string;
  readonly reached: string;
  readonly isMet: boolean;
}

/**
 * The aims, each against the figures of the same run. @throws if a figure that an aim needs was not
 * measured
 */
export function aimsMet(rows: readonly Row[]): readonly Aim[] {
  const of = (panel: string): readonly Row[] => {
    const found = rows.filter((row) => row.panel === panel);
    if (found.length === 0) throw new Error(`nothing was measured of: ${panel}`);
    return found;
  };
  const against = (other: "official" | "bare") => (row: Row) =>
    (row.values.ours ?? Number.NaN) / (row.values[other] ?? Number.NaN);
  const handshakes = of(panels.handshakes)
    .filter(({ label }) => label === "whole handshake")
    .map(against("official"));
  const throughput = of(panels.throughput).map(against("bare"));
  const memory = [...of(panels.chatMemory), ...of(panels.mediaMemory)].map(against("official"));
  const start = of(panels.start).map(({ values }) => values.ours ?? Number.NaN);
  return [
    atLeast("whole handshakes per core, against the official values", 10, handshakes),
    atLeast("media throughput, against the bare splice", 0.95, throughput),
    atMost("memory of a connection, against the official values", 1, memory),
    atMost("start of a pod with 256 lanes, in milliseconds", 1_000, start),
  ];
}

function atLeast(what: string, least: number, values: readonly number[]): Aim {
  const worst = Math.min(...values);
  return { what, aimed: `at least ${least}`, reached: short(worst), isMet: worst >= least };
}

function atMost(what: string, most: number, values: readonly number[]): Aim {
  const worst = Math.max(...values);
  return { what, aimed: `at most ${most}`, reached: short(worst), isMet: worst <= most };
}

/** A number as people read it: three figures. */
export function short(value: number): string {
  return value >= 1_000
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(3)));
}
