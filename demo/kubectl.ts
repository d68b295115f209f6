import { succeed } from "./run.ts";
import type { Say } from "./say.ts";
import type { Stage } from "./stage.ts";

/**
 * kubectl on the demo's cluster. All of it throws DemoError with kubectl's own words if it fails.
 */
export class Kubectl {
  readonly #stage: Stage;
  readonly #say: Say;

  constructor(stage: Stage, say: Say) {
    this.#stage = stage;
    this.#say = say;
  }

  /** Runs a command that changes nothing and is not worth showing. */
  async quietly(...args: readonly string[]): Promise<string> {
    return succeed([...this.#stage.kubectl, ...args]);
  }

  /** Reads objects. */
  async read<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.quietly("get", ...args, "--output", "json")) as T;
  }

  /** Runs a command, and shows it with what it prints, as a person would type and see it. */
  async shown(...args: readonly string[]): Promise<void> {
    this.#say.command([this.#stage.kubectlByHand, ...args.map(quoted)].join(" "));
    this.#say.tell(await this.quietly(...args));
  }

  /** Applies an object that is in no file. */
  async applyObject(object: object): Promise<void> {
    const argv = [
      ...this.#stage.kubectl,
      "apply",
      "--server-side",
      "--force-conflicts",
      "--filename",
      "-",
    ] as const;
    this.#say.tell(await succeed(argv, JSON.stringify(object)));
  }
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument}'`;
}
