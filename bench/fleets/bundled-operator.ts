import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { request } from "undici";
import { freePorts } from "../../tooling/free-ports.ts";

/** The bundled operator as a process of its own, as a pod runs it. */
export class BundledOperator {
  readonly pid: number;
  readonly healthPort: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, healthPort: number) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.healthPort = healthPort;
  }

  /**
   * Starts it with this kubeconfig, and waits until it is ready. `nodeFlags` go to Node; default:
   * the image's. Its log goes to `logFile`.
   */
  static async start(
    kubeconfig: string,
    logFile: string,
    nodeFlags?: readonly string[],
  ): Promise<BundledOperator> {
    const [healthPort = 0] = await freePorts(1);
    const program = `${import.meta.dirname}/../../dist/proxyfleet.mjs`;
    // With this variable the operator asks pods at their own addresses, as it does inside a
    // cluster.
    const env = {
      ...(await imageEnvironment()),
      ...process.env,
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
    };
    const args = [
      ...(nodeFlags ?? (await imageFlags())),
      program,
      "operator",
      "--kubeconfig",
      kubeconfig,
      "--health-port",
      String(healthPort),
    ];
    const child = spawn(
      "/usr/bin/setpriv",
      ["--pdeathsig", "TERM", "--", process.execPath, ...args],
      {
        env,
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    child.stdout?.pipe(createWriteStream(logFile));
    const operator = new BundledOperator(child, healthPort);
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
      if (this.#child.exitCode !== null)
        throw new Error(`the operator ended with ${this.#child.exitCode}`);
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

/**
 * Node's flags in the operator's image: what stands between it and the program in the entry point.
 */
async function imageFlags(): Promise<readonly string[]> {
  const [, words] = /^ENTRYPOINT (\[.*\])$/m.exec(await dockerfile()) ?? [];
  if (words === undefined) throw new Error("images/operator/Dockerfile has no entry point");
  return (JSON.parse(words) as string[]).slice(1, -1);
}

/** The environment that the operator's image sets. */
async function imageEnvironment(): Promise<Record<string, string>> {
  return Object.fromEntries(
    [...(await dockerfile()).matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name = "", value = ""]) => [
      name,
      value,
    ]),
  );
}

async function dockerfile(): Promise<string> {
  return readFile(`${import.meta.dirname}/../../images/operator/Dockerfile`, "utf8");
}
