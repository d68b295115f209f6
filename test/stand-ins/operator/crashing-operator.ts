import { waitFor } from "../../../tooling/wait-for.ts";
import type { ApiServer } from "../api-server/api-server.ts";
import { WriteGate } from "../api-server/write-gate.ts";
import { OperatorProcess } from "./operator-process.ts";

/**
 * The operator, crashing again and again: each run makes some writes, and never sees the answer to
 * its last one.
 */
export class CrashingOperator {
  readonly writeGate: WriteGate;
  readonly #kubeconfig: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(
    writeGate: WriteGate,
    kubeconfig: string,
    environment: Readonly<Record<string, string>>,
  ) {
    this.writeGate = writeGate;
    this.#kubeconfig = kubeconfig;
    this.#environment = environment;
  }

  static async start(
    server: ApiServer,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<CrashingOperator> {
    const writeGate = await WriteGate.start(server);
    return new CrashingOperator(writeGate, await writeGate.kubeconfig(), environment);
  }

  async stop(): Promise<void> {
    await this.writeGate.stop();
  }

  /**
   * One run after the other until there is nothing more to do.
   * @param writesOf how many writes the n-th run may make, from 1
   * @param check what must be true after each crash
   * @returns how many runs it took
   */
  async runUntil(
    isDone: () => Promise<boolean>,
    writesOf: (run: number) => number,
    check: () => Promise<void>,
  ): Promise<number> {
    for (let run = 1; run <= 80; run++) {
      if ((await this.#runOnce(writesOf(run), isDone)) === "done") return run;
      await check();
    }
    throw new Error("the operator never comes to an end");
  }

  /** Runs one operator until it is killed right after a write of its own, or until `isDone`. */
  async #runOnce(writes: number, isDone: () => Promise<boolean>): Promise<"killed" | "done"> {
    const operator = new OperatorProcess(this.#kubeconfig, this.#environment);
    const last = this.writeGate.writes.length + writes;
    let left = writes;
    this.writeGate.isShut = false;
    // Not even those pass that are sent at the same time as its last one.
    this.writeGate.admitsWrite = () => left-- > 0;
    this.writeGate.afterWrite = () => {
      if (this.writeGate.writes.length < last) return "answered";
      this.writeGate.isShut = true;
      operator.kill();
      return "lost";
    };
    await waitFor(
      "the operator is killed, or has no more to do",
      async () => operator.isGone || (await isDone()),
    );
    const end = operator.isGone ? "killed" : "done";
    operator.kill();
    await operator.gone();
    return end;
  }
}
