import type { ApiServer } from "../apiserver.ts";
import { Gate } from "./gate.ts";
import { until } from "./operator.ts";
import { OperatorProcess } from "./process.ts";

/** Operators that live for some writes each, and never see the answer to their last one. */
export class Lives {
  readonly gate: Gate;
  readonly #kubeconfig: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(
    gate: Gate,
    kubeconfig: string,
    environment: Readonly<Record<string, string>>,
  ) {
    this.gate = gate;
    this.#kubeconfig = kubeconfig;
    this.#environment = environment;
  }

  static async start(
    server: ApiServer,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Lives> {
    const gate = await Gate.start(server);
    return new Lives(gate, await gate.kubeconfig(), environment);
  }

  async stop(): Promise<void> {
    await this.gate.stop();
  }

  /**
   * One life after the other until there is nothing more to do.
   * @param writesOf how many writes the n-th operator may make, from 1
   * @param check what must be true after each death
   * @returns how many operators it took
   */
  async until(
    isDone: () => Promise<boolean>,
    writesOf: (life: number) => number,
    check: () => Promise<void>,
  ): Promise<number> {
    for (let life = 1; life <= 80; life++) {
      if ((await this.#live(writesOf(life), isDone)) === "done") return life;
      await check();
    }
    throw new Error("the operator never comes to an end");
  }

  /** Runs one operator until it is killed right after a write of its own, or until `isDone`. */
  async #live(writes: number, isDone: () => Promise<boolean>): Promise<"killed" | "done"> {
    const operator = new OperatorProcess(this.#kubeconfig, this.#environment);
    const last = this.gate.writes.length + writes;
    let left = writes;
    this.gate.isShut = false;
    // Not even those pass that are sent at the same time as its last one.
    this.gate.admitsWrite = () => left-- > 0;
    this.gate.afterWrite = () => {
      if (this.gate.writes.length < last) return "answered";
      this.gate.isShut = true;
      operator.kill();
      return "lost";
    };
    await until(
      "the operator is killed, or has no more to do",
      async () => operator.isGone || (await isDone()),
    );
    const end = operator.isGone ? "killed" : "done";
    operator.kill();
    await operator.gone();
    return end;
  }
}
