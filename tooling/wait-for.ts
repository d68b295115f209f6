import { AssertionError } from "node:assert";
import { setTimeout as pause } from "node:timers/promises";

/** How a wait goes. */
export interface WaitOptions {
  /** A generous limit: it is there so that a broken promise fails and does not hang. Default: 60. */
  readonly seconds?: number;
  /**
   * Milliseconds between two looks. Default: three times what the last look took, 50 to 1,000, so
   * that cheap looks are frequent and expensive ones don't slow down what they wait for.
   */
  readonly everyMs?: number;
}

/** What a look sees; undefined and false: not yet. */
type Seen<T> = T | undefined | false;

/**
 * Looks until there is something to see, and returns it. A look that throws counts as "not yet",
 * except for a failed assertion, which ends the wait.
 * @param what what is waited for, in words
 * @throws Error that names `what`, caused by the last look's error
 */
export async function waitFor<T>(
  what: string,
  look: () => Seen<T> | Promise<Seen<T>>,
  { seconds = 60, everyMs }: WaitOptions = {},
): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const began = performance.now();
    const { seen, error } = await outcomeOf(look);
    if (seen !== undefined && seen !== false) return seen;
    const now = performance.now();
    if (now > deadline) throw new Error(`waited ${seconds} s for ${what}`, { cause: error });
    await pause(everyMs ?? Math.min(Math.max(50, 3 * (now - began)), 1_000));
  }
}

async function outcomeOf<T>(
  look: () => Seen<T> | Promise<Seen<T>>,
): Promise<{ readonly seen?: Seen<T>; readonly error?: unknown }> {
  try {
    return { seen: await look() };
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    return { error };
  }
}
