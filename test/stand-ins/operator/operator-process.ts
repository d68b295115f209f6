import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** One line of an operator's log. */
export type Line = Readonly<Record<string, unknown>> & {
  readonly msg: string;
  readonly level: number;
};

/**
 * An operator as a process of its own, so that it can be killed. It dies with this process
 * (PR_SET_PDEATHSIG).
 */
export class OperatorProcess {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** @param flags come last, and win */
  constructor(
    kubeconfig: string,
    environment: Readonly<Record<string, string>> = {},
    flags: readonly string[] = [],
  ) {
    const main = join(import.meta.dirname, "../../../src/main.ts");
    const settings = [
      "--log-level=debug",
      "--health-port=0",
      "--leader-election=false",
      "--http2=false",
      ...flags,
    ];
    const command = [process.execPath, main, "operator", `--kubeconfig=${kubeconfig}`, ...settings];
    this.#child = spawn("setpriv", ["--pdeathsig", "KILL", "--", ...command], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#ended = once(this.#child, "exit");
    const output = this.#child.stdout;
    if (output !== null)
      createInterface(output).on("line", (line) => this.lines.push(JSON.parse(line) as Line));
  }

  /** Ends it at once, as the kernel would when memory runs out. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Whether it has ended. */
  get isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async gone(): Promise<void> {
    await this.#ended;
  }
}
