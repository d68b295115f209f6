import { waitFor } from "../tooling/wait-for.ts";
import { DemoError, type Say } from "./say.ts";

/** What a look found: the thing itself, or what is still missing, in words. */
export type Look<T> = { readonly found: T } | { readonly missing: string };

/**
 * Looks once a second until the thing is there, and says what is missing.
 * @throws DemoError with the last thing that was missing, and the remedy, after `seconds`; and at
 * once whatever a look throws
 */
export async function waitWithProgress<T>(
  say: Say,
  look: () => Promise<Look<T>>,
  { seconds, remedy }: { seconds: number; remedy: string },
): Promise<T> {
  let missing = "";
  const seen = async (): Promise<{ found: T } | { error: unknown } | undefined> => {
    try {
      const result = await look();
      if ("found" in result) return result;
      ({ missing } = result);
      say.progress(missing);
      return undefined;
    } catch (error) {
      return { error };
    }
  };
  const outcome = await waitFor("a look", seen, { seconds, everyMs: 1_000 }).catch(() => undefined);
  if (outcome === undefined)
    throw new DemoError(
      `${String(seconds)} s were not enough. Still missing: ${missing}. ${remedy}`,
    );
  if ("error" in outcome) throw outcome.error;
  return outcome.found;
}
