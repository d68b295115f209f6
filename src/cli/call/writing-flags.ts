import { CallError } from "./call-error.ts";
import type { Flags, Given } from "./flags.ts";

/** Of a command that writes. */
export const dryRunFlag = {
  "dry-run": {
    value: "WHERE",
    choices: ["none", "server"],
    about: "server: the server checks the change, and writes nothing",
  },
} as const satisfies Flags;

/** Of a command that takes something away. */
export const yesFlag = {
  yes: { short: "y", about: "don't ask before something is taken away" },
} as const satisfies Flags;

/** Whether the server is only to check the change. */
export function isDryRun(given: Given<typeof dryRunFlag>): boolean {
  return given["dry-run"] === "server";
}

/** What asking a person needs. */
export interface Asking {
  readonly isDryRun: boolean;
  /** `--yes`. */
  readonly yes: boolean;
  /** Undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

/**
 * Whether a person agrees to what would be taken away. A dry run takes nothing away.
 * @throws CallError where nobody can be asked
 */
export async function agrees(
  question: string,
  { isDryRun: tries, yes, ask }: Asking,
): Promise<boolean> {
  if (tries || yes) return true;
  if (ask === undefined)
    throw new CallError(`${question} Nobody can be asked here: add --yes if it may be done`);
  return /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim());
}
