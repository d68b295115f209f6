import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { request } from "undici";
import { freePorts } from "../integration/free-ports.ts";

/** The bundled operator as a process of its own, as a pod runs it. */
export class OperatorProcess {
  readonly pid: number;
  readonly healthPort: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, healthPort: number) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.healthPort = healthPort;
  }

  /** Starts it with this kubeconfig, and waits until it is ready. `nodeFlags` go to Node. Its log goes to `logFile`. */
  static async start(kubeconfig: string, logFile: string, nodeFlags: readonly string[] = []): Promise<OperatorProcess> {
    const [healthPort = 0] = await freePorts(1);
    const program = `${import.meta.dirname}/../../dist/proxyfleet.mjs`;
    // With this variable the operator asks pods at their own addresses, as it does inside a cluster.
    const env = { ...process.env, KUBERNETES_SERVICE_HOST: "127.0.0.1" };
    const args = [...nodeFlags, program, "operator", "--kubeconfig", kubeconfig, "--health-port", String(healthPort)];
    const child = spawn("/usr/bin/setpriv", ["--pdeathsig", "TERM", "--", process.execPath, ...args], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout?.pipe(createWriteStream(logFile));
    const operator = new OperatorProcess(child, healthPort);
    await operator.#ready();
    return operator;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill("SIGTERM");
    await once(this.#child, "exit");
  }

  async #ready(): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`the operator ended with ${this.#child.exitCode}`);
      try {
        const { statusCode, body } = await request(`http://127.0.0.1:${this.healthPort}/readyz`);
        await body.dump();
        if (statusCode === 200) return;
      } catch {
        // It does not listen yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
