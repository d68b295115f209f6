import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { processFigures } from "../../../tooling/process-figures.ts";
import type { FaultProxy } from "../../stand-ins/api-server/fault-proxy.ts";
import { inCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import type { Figures } from "./figures.ts";
import { Inspector } from "./inspector.ts";

const program = join(import.meta.dirname, "../../../src/main.ts");

/**
 * An operator in a process of its own, which can be looked into. It reaches the API server through
 * a fault proxy.
 */
export class SoakedOperator {
  /** How often each message was logged. */
  readonly messages = new Map<string, number>();
  readonly #child: ChildProcess;
  readonly #proxy: FaultProxy;
  #inspector: Inspector | undefined;

  private constructor(proxy: FaultProxy, child: ChildProcess) {
    this.#proxy = proxy;
    this.#child = child;
    if (child.stdout !== null)
      createInterface(child.stdout).on("line", (line) => this.#heard(line));
  }

  /** Starts one that leads at once. `preload` names modules that Node loads before the program. */
  static async start(proxy: FaultProxy, preload: readonly string[]): Promise<SoakedOperator> {
    const flags = ["--inspect=127.0.0.1:0", ...preload.map((path) => `--import=${path}`)];
    const args = [
      program,
      "operator",
      "--kubeconfig",
      proxy.kubeconfig,
      "--health-port=0",
      "--leader-election=false",
    ];
    const env = { ...process.env, ...inCluster };
    const child = spawn(
      "/usr/bin/setpriv",
      ["--pdeathsig", "KILL", "--", process.execPath, ...flags, ...args],
      {
        env,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const operator = new SoakedOperator(proxy, child);
    operator.#inspector = await Inspector.open(await debuggerUrl(child));
    return operator;
  }

  /** What it holds now, after all that nobody needs was collected. */
  async figures(): Promise<Figures> {
    const inspector = this.#inspector;
    const { pid } = this.#child;
    if (inspector === undefined || pid === undefined) throw new Error("the operator does not run");
    const objects = await inspector.alive("Object");
    const heapBytes = await inspector.heapBytes();
    const listeners = await inspector.value<number>(
      "process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)",
    );
    const timers = await inspector.value<number>(
      "process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length",
    );
    return {
      connections: this.#proxy.relay.connections,
      descriptors: (await readdir(`/proc/${pid}/fd`)).length,
      heapBytes,
      objects,
      listeners,
      timers,
      residentMb: (await processFigures(pid, 0)).residentMb,
    };
  }

  async stop(): Promise<void> {
    this.#inspector?.close();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  #heard(line: string): void {
    const { msg } = JSON.parse(line) as { msg: string };
    this.messages.set(msg, (this.messages.get(msg) ?? 0) + 1);
  }
}

/** Node writes it to standard error: "Debugger listening on ws://…". */
async function debuggerUrl({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error("the operator's standard error is not read");
  return new Promise((resolve, reject) => {
    const lines = createInterface(stderr);
    lines.once("close", () =>
      reject(new Error("the operator ended before it opened its debugging port")),
    );
    lines.on("line", (line) => {
      const [, url] = /^Debugger listening on (ws:\S+)$/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
      else if (!/^(For help, see|Debugger attached)/.test(line)) process.stderr.write(`${line}\n`);
    });
  });
}
