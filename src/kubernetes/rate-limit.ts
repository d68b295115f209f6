/** At most this many requests a second on average, and `burst` at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * When the next request may leave, and what to remember for the one after it (ms of a monotonic
 * clock; GCRA, ITU-T I.371). `next` is what was remembered, or -Infinity at the start.
 */
export function reserve(
  { perSecond, burst }: Rate,
  next: number,
  now: number,
): { readonly waitMs: number; readonly next: number } {
  const interval = 1000 / perSecond;
  const at = Math.max(next, now - interval * (burst - 1));
  return { waitMs: Math.max(0, at - now), next: at + interval };
}

/** A gate that lets requests through at a given rate, in the order in which they came. */
export function rateLimit(
  rate: Rate,
  now: () => number,
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>,
): (signal: AbortSignal) => Promise<void> {
  let next = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    const reserved = reserve(rate, next, now());
    next = reserved.next;
    if (reserved.waitMs > 0) await sleep(reserved.waitMs, signal);
  };
}
