// While a text is redacted, what is replaced already must not be met again by a later rule. So it is
// written in characters that no rule matches (Unicode's private use), until all rules are through.

const [first, last] = ["\ue000", "\ue00b"];
const zero = 0xe001;
const marked = /\ue000([\ue001-\ue00a]+)\ue00b/g;
const reserved = /[\ue000-\ue00b]/g;

/** Texts that stand for marks, by their numbers. */
export class Marks {
  readonly #texts: string[] = [];

  /** A mark in the place of a text. */
  for(text: string): string {
    const number = String(this.#texts.push(text) - 1);
    const digits = number.split("").map((digit) => String.fromCharCode(zero + Number(digit)));
    return `${first}${digits.join("")}${last}`;
  }

  /** A text with all marks resolved. */
  resolved(text: string): string {
    return text.replaceAll(marked, (_all, digits: string) => {
      const number = digits
        .split("")
        .map((digit) => digit.charCodeAt(0) - zero)
        .join("");
      return this.#texts[Number(number)] ?? "";
    });
  }
}

/** A text that holds no mark by chance. */
export function withoutMarks(text: string): string {
  return text.replaceAll(reserved, "?");
}
