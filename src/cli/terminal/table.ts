import { type Paint, type Tone, plain } from "./paint.ts";
import { cut, padded, widthOf } from "./width.ts";

/** A cell: its text, and what that says. */
export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

/** How wide a table may be (columns; undefined: as it needs), and how it is coloured. */
export interface Drawing {
  readonly width: number | undefined;
  readonly paint: Paint;
}

const gap = "  ";

/** A table as kubectl draws it: each column as wide as its widest cell, the last one cut. */
export function tableText(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: Drawing,
): string {
  const all = [header.map((text): Cell => ({ text })), ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => widthOf(row[column]?.text ?? ""))),
  );
  return all
    .map((row, at) => rowText(row, { widths, width, paint: at === 0 ? plain : paint }))
    .map((line) => `${line}\n`)
    .join("");
}

function rowText(
  row: readonly Cell[],
  { widths, width, paint }: Drawing & { readonly widths: readonly number[] },
): string {
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + gap.length, 0);
  const cells = row.map(({ text, tone }, column) => {
    const isLast = column === row.length - 1;
    const shown = isLast && width !== undefined ? cut(text, Math.max(8, width - before)) : text;
    const blank = isLast ? "" : padded("", (widths[column] ?? 0) - widthOf(shown));
    return `${tone === undefined ? shown : paint(tone, shown)}${blank}`;
  });
  return cells.join(gap).trimEnd();
}
