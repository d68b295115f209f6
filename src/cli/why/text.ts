import type { Cause } from "../../overview/why/cause.ts";
import type { Step } from "../../overview/why/walk.ts";
import { sentence } from "../../overview/why/why.ts";
import type { Tone } from "../terminal/paint.ts";
import type { Drawing } from "../terminal/table.ts";
import { quoted, wrapped } from "../terminal/width.ts";

/** What `why` found of one fleet. */
export interface Explained {
  readonly namespace: string;
  readonly name: string;
  readonly steps: readonly Step[];
  /** The most urgent first. */
  readonly causes: readonly Cause[];
}

/** As wide as docs and mails are (columns). */
const usualWidth = 80;

const marks: Readonly<Record<Step["state"], { readonly text: string; readonly tone: Tone }>> = {
  Good: { text: "ok ", tone: "good" },
  Bad: { text: "-> ", tone: "bad" },
  Unknown: { text: "?  ", tone: "faint" },
};

/** The way to the cause, and at its end the cause and the remedy in one sentence. */
export function whyText(
  { namespace, name, steps, causes }: Explained,
  missing: readonly string[],
  drawing: Drawing,
): string {
  const [first, ...others] = causes;
  const width = drawing.width ?? usualWidth;
  const end =
    first === undefined
      ? `Nothing is known to be wrong with ${namespace}/${name}.`
      : sentence(first);
  const also = others.flatMap((cause) => [
    "",
    ...wrapped(quoted(`Also: ${sentence(cause)}`), width),
  ]);
  const unread = missing.map((right) => `Not looked at, since you have no right to: ${right}`);
  const lines = [
    ...steps.flatMap((step) => stepLines(step, { ...drawing, width })),
    "",
    ...wrapped(quoted(end), width).map((line) => drawing.paint(first ? "bad" : "good", line)),
    ...also,
    ...(unread.length === 0 ? [] : ["", ...unread]),
  ];
  return `${lines.join("\n")}\n`;
}

function stepLines(
  { depth, object, state, text }: Step,
  { width, paint }: { readonly width: number; readonly paint: Drawing["paint"] },
): readonly string[] {
  const { text: mark, tone } = marks[state];
  const blank = "  ".repeat(depth);
  const words = wrapped(quoted(`${object}: ${text}`), width - blank.length - mark.length);
  return words.map((line, at) => `${blank}${at === 0 ? paint(tone, mark) : "   "}${line}`);
}

/** The same, as programs take it. */
export function whyJson(explained: readonly Explained[], missing: readonly string[]) {
  return { fleets: explained, missingRights: missing };
}
