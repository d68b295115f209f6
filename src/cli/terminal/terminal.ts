import type { Drawing } from "./table.ts";
import { painter } from "./paint.ts";

/** What commands use of the process. */
export interface Terminal {
  /** For standard output, as it is. */
  readonly write: (text: string) => void;
  /** A line for people: standard error. */
  readonly say: (message: string) => void;
  readonly isTerminal: boolean;
  /** Columns of the terminal; undefined where there is none. */
  readonly columns: () => number | undefined;
  /** Asks a person, and gives the answer; undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How wide and in which colours to draw now: a terminal's width may change. */
export function drawingOf({ isTerminal, columns, env }: Terminal): Drawing {
  return { width: columns(), paint: painter(isTerminal, env) };
}
