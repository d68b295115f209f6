import { encode } from "uqr";

/**
 * How a code is drawn: with fixed colours where the terminal shows any, otherwise with plain
 * characters.
 */
export interface QrStyle {
  readonly colour: boolean;
}

/** ISO/IEC 18004 asks for four light modules round a code, else scanners don't find its edges. */
const quietZone = 4;

/**
 * Entries 16 and 231 of the 256-colour palette are black and white whatever the theme; "black" and
 * "white" by name are not.
 */
const blackOnWhite = "\u001B[38;5;16;48;5;231m";
const reset = "\u001B[0m";

/**
 * Draws a text as a QR code for a terminal: two modules a character, one above the other, so that
 * they come out square. With colour it is black on white on any terminal. Without, light modules
 * are drawn and dark ones are left empty: right on a dark terminal, and inverted on a light one,
 * which not every scanner reads.
 * @returns lines joined by newlines, without one at the end
 */
export function terminalQr(text: string, { colour }: QrStyle): string {
  const rows = encode(text, { ecc: "L", boostEcc: true, border: quietZone }).data;
  return rowPairs(rows)
    .map(([upper, lower]) =>
      upper.map((dark, column) => halfBlocks(dark, lower[column] ?? false)).join(""),
    )
    .map((line) => (colour ? blackOnWhite + line + reset : inverted(line)))
    .join("\n");
}

/** Rows two by two; below an odd last row comes a light one. */
function rowPairs(rows: readonly boolean[][]): [boolean[], boolean[]][] {
  return rows.flatMap((row, index): [boolean[], boolean[]][] =>
    index % 2 === 0 ? [[row, rows[index + 1] ?? []]] : [],
  );
}

/** One character for an upper and a lower module, drawn where dark. */
function halfBlocks(upper: boolean, lower: boolean): string {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}

/** The same line, drawn where light. */
function inverted(line: string): string {
  const opposite: Readonly<Record<string, string>> = { "█": " ", "▀": "▄", "▄": "▀", " ": "█" };
  return line.replaceAll(/./gu, (character) => opposite[character] ?? character);
}
