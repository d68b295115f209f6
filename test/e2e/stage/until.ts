import { setTimeout as pause } from "node:timers/promises";

/**
 * Looks again and again until `look` gives something.
 * @param what what is waited for, in words, for the failure
 * @param seconds a generous limit: it is there so that a broken promise fails and does not hang
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  seconds = 60,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (let last: unknown; ;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = "not yet";
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline)
      throw new Error(`waited ${seconds} s for ${what}`, { cause: last });
    await pause(200);
  }
}
