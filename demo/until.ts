import { setTimeout as pause } from "node:timers/promises";
import { DemoError, type Say } from "./say.ts";

/** What a look found: the thing itself, or what is still missing, in words. */
export type Look<T> = { readonly found: T } | { readonly missing: string };

const lookEveryMs = 1_000;

/**
 * Looks once a second until the thing is there, and says what is missing.
 * @throws DemoError with the last thing that was missing, and the remedy, after `seconds`
 */
export async function until<T>(
  say: Say,
  look: () => Promise<Look<T>>,
  { seconds, remedy }: { seconds: number; remedy: string },
): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const result = await look();
    if ("found" in result) return result.found;
    if (performance.now() > deadline)
      throw new DemoError(
        `${String(seconds)} s were not enough. Still missing: ${result.missing}. ${remedy}`,
      );
    say.progress(result.missing);
    await pause(lookEveryMs);
  }
}
