import { styleText } from "node:util";

/** What a piece of text says, from which its colour follows. */
export type Tone = "good" | "bad" | "warning" | "faint" | "title";

/** Colours a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

const styles = {
  good: "green",
  bad: ["bold", "red"],
  warning: "yellow",
  faint: "dim",
  title: "bold",
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

/** Leaves every text as it is. */
export const plain: Paint = (_tone, text) => text;

/**
 * Colours only on a terminal, not on one that knows none, and not where a person wants none
 * (https://no-color.org).
 */
export function painter(
  isTerminal: boolean,
  { NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): Paint {
  if (!isTerminal || TERM === "dumb" || (NO_COLOR !== undefined && NO_COLOR !== "")) return plain;
  return (tone, text) => styleText(styles[tone], text, { validateStream: false });
}
