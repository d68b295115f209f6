import type { Millis } from "../../values/time.ts";
import { stopOnSignals } from "../../runtime/process.ts";
import { isTransient } from "../../kubernetes/errors.ts";
import { explainError } from "../../values/errors.ts";
import type { Terminal } from "./terminal.ts";

/** Moves the cursor to the first cell, and clears what is below it. */
const fromTop = "\u001b[H\u001b[J";

interface Watching {
  readonly terminal: Terminal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly betweenLooks: Millis;
  readonly stop?: AbortSignal;
}

/**
 * Shows a text again whenever it has changed, until a signal stops it. A look that fails for a
 * moment is reported, and tried again. @throws what `look` throws at first, and what does not pass
 */
export async function watching(
  look: () => Promise<string>,
  { terminal, sleep, betweenLooks, stop = stopOnSignals() }: Watching,
): Promise<void> {
  let last = await look();
  show(last, terminal);
  while (!stop.aborted) {
    await sleep(betweenLooks, stop);
    if (stop.aborted) return;
    const text = await lookAgain(look, terminal);
    if (text === undefined || text === last) continue;
    last = text;
    show(text, terminal);
  }
}

function show(text: string, { isTerminal, write }: Terminal): void {
  write(isTerminal ? `${fromTop}${text}` : `${text}\n`);
}

async function lookAgain(
  look: () => Promise<string>,
  { say }: Terminal,
): Promise<string | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!isTransient(error)) throw error;
    say(explainError(error));
    return undefined;
  }
}
