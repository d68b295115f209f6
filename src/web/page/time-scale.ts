/** Lays times on a line of CSS pixels. */
export interface TimeScale {
  readonly x: (at: number) => number;
  readonly ticks: readonly number[];
}

export interface ScaleOf {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** Time runs from right to left, as its readers read. */
  readonly isMirrored: boolean;
}

const hour = 3_600_000;
const steps = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336].map((hours) => hours * hour);
/** CSS pixels between two ticks, at least. */
const between = 80;

/** A scale with ticks at round times. What lies outside stands at the edge. */
export function timeScale({ from, to, width, isMirrored }: ScaleOf): TimeScale {
  const span = Math.max(1, to - from);
  const x = (at: number) => {
    const along = (Math.min(to, Math.max(from, at)) - from) / span;
    return (isMirrored ? 1 - along : along) * width;
  };
  const most = Math.max(2, Math.floor(width / between));
  const step = steps.find((each) => span / each <= most) ?? span / most;
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return { x, ticks: Array.from({ length: count }, (_, index) => first + index * step) };
}
