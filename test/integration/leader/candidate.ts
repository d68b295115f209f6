import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FaultProxy, type Passed } from "../../stand-ins/api-server/fault-proxy.ts";

const program = join(import.meta.dirname, "../../../src/main.ts");

/** An operator in a process of its own, with a fault proxy between it and the API server. */
export class Candidate {
  readonly proxy: FaultProxy;
  /** Resolves with the time (ms of performance.now()) at which it said that it leads. */
  readonly leads: Promise<number>;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;

  private constructor(proxy: FaultProxy, child: ChildProcess) {
    this.proxy = proxy;
    this.#child = child;
    this.leads = saysThatItLeads(child);
    this.ended = once(child, "exit").then(
      ([code, signal]) => (code ?? signal) as number | NodeJS.Signals,
    );
  }

  /** Starts one more operator. They all stand for the same seat. */
  static async start(server: ApiServer): Promise<Candidate> {
    const proxy = await FaultProxy.start(server);
    const args = [
      program,
      "operator",
      "--kubeconfig",
      proxy.kubeconfig,
      "--health-port",
      "0",
      "--log-level",
      "info",
    ];
    const child = spawn(
      "/usr/bin/setpriv",
      ["--pdeathsig", "KILL", "--", process.execPath, ...args],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    return new Candidate(proxy, child);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Writes that came from it, but for those to the lease. */
  get writes(): readonly Passed[] {
    return this.proxy.asked.filter(isWrite);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
    await this.proxy.stop();
  }
}

/** Whether a request may change something other than the lease. */
export function isWrite({
  method,
  path,
}: {
  readonly method: string;
  readonly path: string;
}): boolean {
  return method !== "GET" && !path.includes("/leases");
}

async function saysThatItLeads(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("the operator's log is not read");
  return new Promise((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      if (line.includes("this operator leads")) resolve(performance.now());
    });
  });
}
