import { readFile } from "node:fs/promises";
import { load } from "js-yaml";
import type { Logger } from "pino";
import { explainError } from "../../values/errors.ts";
import { type ReceiverProblem, type Receivers, readReceivers } from "../receivers.ts";

const nobody: Receivers = { receivers: [], problems: [] };

/** The file that names the receivers of news, in YAML or JSON. It may change while this runs. */
export class ReceiversFile {
  readonly #path: string;
  /** What was read last, or why it could not be. */
  #text: string | undefined;
  #receivers = nobody;
  /** What was wrong at the last reading. */
  #said = "[]";

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The receivers as the file has them now. While it can't be read, or is no YAML, those of before
   * stay. Never throws: what is wrong is in the log, once, and among the problems.
   */
  async read(log: Logger): Promise<Receivers> {
    const text = await this.#load();
    if (typeof text === "string" && text === this.#text) return this.#receivers;
    this.#receivers = this.#understood(text);
    const said = JSON.stringify(this.#receivers.problems);
    if (said !== this.#said) this.#say(log);
    this.#said = said;
    return this.#receivers;
  }

  #say(log: Logger): void {
    for (const { name, message } of this.#receivers.problems)
      log.error(
        { receiver: name, file: this.#path },
        `news can't be sent as configured: ${message}`,
      );
  }

  async #load(): Promise<string | { readonly problem: string }> {
    try {
      return await readFile(this.#path, "utf8");
    } catch (error) {
      return { problem: `the file can't be read: ${explainError(error)}` };
    }
  }

  #understood(text: string | { readonly problem: string }): Receivers {
    this.#text = typeof text === "string" ? text : undefined;
    if (typeof text !== "string") return this.#keeping(text.problem);
    try {
      return readReceivers(load(text));
    } catch (error) {
      // The parser quotes the lines around a fault, and a URL may have a token in it.
      const [first] = explainError(error).split("\n");
      return this.#keeping(`the file is no YAML or JSON: ${first ?? ""}`);
    }
  }

  #keeping(message: string): Receivers {
    const problem: ReceiverProblem = { name: undefined, message };
    return { ...this.#receivers, problems: [problem] };
  }
}
