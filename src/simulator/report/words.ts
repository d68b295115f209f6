import type { Estimate } from "../figures/interval.ts";

/** `97.3 % ± 0.4`, of a share from 0 to 1. */
export function percent({ mean, half }: Estimate): string {
  const digits = 100 - 100 * mean < 10 && mean < 1 ? 1 : 0;
  return `${(100 * mean).toFixed(digits)} %${spread(100 * half, digits)}`;
}

/** `12 ± 3`, with a digit behind the point where the figure is small. */
export function figure({ mean, half }: Estimate): string {
  const digits = Math.abs(mean) < 10 && mean % 1 !== 0 ? 1 : 0;
  return `${mean.toFixed(digits)}${spread(half, digits)}`;
}

/** Minutes as people say them: `12 min`, `3.5 h`, `4 days`. */
export function spokenMinutes({ mean }: Estimate): string {
  if (mean < 90) return `${Math.round(mean)} min`;
  if (mean < 48 * 60) return `${(mean / 60).toFixed(1)} h`;
  return `${(mean / 1440).toFixed(1)} days`;
}

function spread(half: number, digits: number): string {
  const text = half.toFixed(digits);
  return Number(text) === 0 ? "" : ` ± ${text}`;
}
