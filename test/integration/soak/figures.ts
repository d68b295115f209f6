/** What a process holds at a moment at which it has nothing to do. */
export interface Figures {
  /** To the API server. */
  readonly connections: number;
  readonly descriptors: number;
  /** On the process itself. */
  readonly listeners: number;
  /** What waits to be looked at again, and calls that may run out of time. */
  readonly timers: number;
  /** JavaScript objects that are alive. */
  readonly objects: number;
  /** Of JavaScript objects, after a collection. */
  readonly heapBytes: number;
  readonly residentMb: number;
}

/**
 * How much more there may be at the end, as a share of what there was at the beginning. What is
 * counted one by one may not grow at all; objects and bytes are never quite the same twice: timers
 * of the last calls, compiled code, half-full pages.
 */
const slack: Readonly<Record<keyof Figures, number>> = {
  connections: 0,
  descriptors: 0,
  listeners: 0,
  timers: 0.5,
  objects: 0.05,
  heapBytes: 0.05,
  residentMb: 0.15,
};

/** What has grown beyond its slack, in words. Nothing: the process ends where it began. */
export function growth(begin: Figures, end: Figures): readonly string[] {
  const names = Object.keys(slack) as (keyof Figures)[];
  return names.flatMap((name) => {
    const most = begin[name] * (1 + slack[name]);
    return end[name] > most
      ? [`${name}: ${begin[name]} at the beginning, ${end[name]} at the end`]
      : [];
  });
}
