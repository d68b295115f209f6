import { styleText } from "node:util";
import { ProxyfleetError } from "../src/values/errors.ts";

/**
 * A promise of the demo did not hold, or a step can't be done. The message says what to do next.
 */
export class DemoError extends ProxyfleetError {}

/** How text stands out, where the terminal shows colours. */
type Style = Parameters<typeof styleText>[0];

const indent = "   ";

/**
 * What is written on the terminal: numbered steps, what happens in them, and a mark for each
 * promise.
 */
export class Say {
  readonly #started = performance.now();
  #step = 0;
  #kept = 0;
  #lastProgress = "";

  /** A step begins. */
  step(title: string): void {
    this.#step += 1;
    this.line("");
    this.line(styled("bold", `${String(this.#step)}. ${title}`));
  }

  /** What happens, in a short line, or in several. */
  tell(text: string): void {
    for (const line of text.trimEnd().split("\n")) this.line(indent + line);
  }

  /** A command that anybody could type. */
  command(text: string): void {
    this.line(styled("cyan", `${indent}$ ${text}`));
  }

  /**
   * What is being waited for, with the time since the demo began. The same words are not said twice
   * in a row.
   */
  progress(text: string): void {
    if (text === this.#lastProgress) return;
    this.#lastProgress = text;
    this.line(styled("dim", `${indent}… ${text} (${this.#seconds()} s)`));
  }

  /**
   * A promise that was looked at: a check mark with the evidence, or a cross.
   * @throws DemoError with the reason if it is broken
   */
  promise(kept: boolean, promise: string, evidence: string): void {
    this.line(
      `${indent}${kept ? styled("green", "✓") : styled("red", "✗")} ${promise}: ${evidence}`,
    );
    if (!kept) throw new DemoError(`broken promise: ${promise}: ${evidence}`);
    this.#kept += 1;
  }

  /** The last line of a demo that went well. */
  summary(): void {
    this.line("");
    this.line(
      styled("bold", `All ${String(this.#kept)} promises were kept, in ${this.#seconds()} s.`),
    );
  }

  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  #seconds(): string {
    return String(Math.round((performance.now() - this.#started) / 1_000));
  }
}

function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
