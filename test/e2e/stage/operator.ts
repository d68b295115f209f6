import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { kubectl } from "./kubectl.ts";

const root = join(import.meta.dirname, "../../..");

/**
 * An operator that runs outside of the cluster, so that a test can kill and start it at will; the
 * cluster's own rests meanwhile.
 */
export class OutsideOperator {
  #child: ChildProcess | undefined;

  /** Sends the cluster's own operator to rest. */
  static async takeOver(): Promise<OutsideOperator> {
    await kubectl("scale", "deployment/proxyfleet", "-n", "proxyfleet-system", "--replicas=0");
    await kubectl(
      "wait",
      "pod",
      "-n",
      "proxyfleet-system",
      "-l",
      "app.kubernetes.io/name=proxyfleet",
      "--for=delete",
      "--timeout=60s",
    );
    return new OutsideOperator();
  }

  /**
   * Without leader election: there is no other, and a killed one must not be waited for.
   * @param preload a module that its process loads first
   */
  start({ preload }: { readonly preload?: string } = {}): void {
    // Kubernetes tells pods where its API server is by this variable; outside there is none.
    const { KUBERNETES_SERVICE_HOST: _host, ...env } = process.env;
    const args = [
      ...(preload === undefined ? [] : ["--import", preload]),
      join(root, "src/main.ts"),
      "operator",
      "--health-port",
      "18081",
      "--leader-election",
      "false",
    ];
    const stdio = [
      "ignore",
      "ignore",
      "inherit",
      preload === undefined ? "ignore" : "ipc",
    ] as const;
    this.#child = spawn(process.execPath, args, { env, stdio: [...stdio] });
  }

  /** Sets its wall clock ahead by so much (ms), if it was started with what listens to that. */
  setClock(aheadMs: number): void {
    this.#child?.send({ aheadMs });
  }

  /** Ends it at once, as a crash does, or in good order. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    child.kill(signal);
    await once(child, "close");
  }

  /** Gives the cluster back to its own operator. */
  async handBack(): Promise<void> {
    await this.end("SIGTERM");
    await kubectl("scale", "deployment/proxyfleet", "-n", "proxyfleet-system", "--replicas=2");
    await kubectl(
      "rollout",
      "status",
      "deployment/proxyfleet",
      "-n",
      "proxyfleet-system",
      "--timeout=90s",
    );
  }
}
