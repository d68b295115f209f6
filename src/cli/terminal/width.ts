import stringWidth from "string-width";

/** Between these, text that runs from right to left leaves the rest of its line alone (UAX #9). */
const [isolate, endIsolate] = ["\u2068", "\u2069"];
const rightToLeft = /\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}/u;

/** Each of these characters takes one column. Tables of a thousand fleets hold hardly any other. */
const plainAscii = /^[ -~]*$/;

/** Columns that a text takes in a terminal. */
export function widthOf(text: string): number {
  return plainAscii.test(text) ? text.length : stringWidth(text);
}

/** The text with blanks behind it, up to this width. */
export function padded(text: string, width: number): string {
  return `${text}${" ".repeat(Math.max(0, width - widthOf(text)))}`;
}

/** What fits into this width, with an ellipsis where something was left out. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const room = Math.max(0, width - 1);
  let kept = "";
  for (const { segment } of graphemes().segment(text)) {
    if (widthOf(kept + segment) > room) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept.trimEnd()}…`;
}

let segmenter: Intl.Segmenter | undefined;

/** Made only where it is needed: it takes as long as the rest of a short command. */
function graphemes(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter;
}

/** The text in lines of at most this width. A word that is longer has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/**
 * Somebody else's words in a line of ours: without control characters, which could move the cursor
 * or change colours, and isolated where they run from right to left.
 */
export function quoted(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ");
  return rightToLeft.test(plain) ? `${isolate}${plain}${endIsolate}` : plain;
}
