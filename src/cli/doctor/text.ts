import type { Tone } from "../terminal/paint.ts";
import type { Drawing } from "../terminal/table.ts";
import { quoted, wrapped } from "../terminal/width.ts";
import type { Finding, FindingState } from "./finding.ts";

/** As wide as docs and mails are (columns). */
const usualWidth = 80;

const words: Readonly<Record<FindingState, { readonly text: string; readonly tone: Tone }>> = {
  Ok: { text: "ok", tone: "good" },
  Warning: { text: "warning", tone: "warning" },
  Failure: { text: "FAILURE", tone: "bad" },
  Unknown: { text: "unknown", tone: "faint" },
};

const indent = " ".repeat(9);

/** Each finding with its remedy, and how many of each kind there are. */
export function doctorText(findings: readonly Finding[], drawing: Drawing): string {
  const count = (state: FindingState) => findings.filter((one) => one.state === state).length;
  const [bad, doubtful, unseen] = [count("Failure"), count("Warning"), count("Unknown")];
  const lines = findings.flatMap((finding) => linesOf(finding, drawing));
  const end = `${bad} failures, ${doubtful} warnings, ${unseen} that could not be looked at`;
  return `${[...lines, "", end].join("\n")}\n`;
}

function linesOf(
  { check, state, says, fix }: Finding,
  { width = usualWidth, paint }: Drawing,
): readonly string[] {
  const { text, tone } = words[state];
  const room = width - indent.length;
  const said = wrapped(quoted(`${check}: ${says}.`), room);
  const remedy = fix === undefined ? [] : wrapped(quoted(`Fix: ${fix}.`), room);
  return [...said, ...remedy].map((line, at) =>
    at === 0 ? `${paint(tone, text.padEnd(indent.length))}${line}` : `${indent}${line}`,
  );
}

/** The same, as programs take it. */
export function doctorJson(findings: readonly Finding[]) {
  return { findings };
}
