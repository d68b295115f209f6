import { setTimeout as wait } from "node:timers/promises";

/**
 * Waits `ms` milliseconds, or until `signal` fires: then it returns early, and the caller looks at
 * the signal.
 */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

/** Lets timers and sockets have their turn. */
export async function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The longest delay a Node timer takes (ms); a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Calls back after `ms` milliseconds; returns what cancels it. A delay beyond 24 days is cut: the
 * caller looks again earlier.
 */
export function timer(ms: number, callback: () => void): () => void {
  const handle = setTimeout(callback, Math.min(ms, longestTimerMs));
  return () => clearTimeout(handle);
}
