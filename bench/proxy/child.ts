import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { waitFor } from "../../tooling/wait-for.ts";

/** How long a program may take to answer: far longer than any does. */
const patienceSeconds = 20;

/**
 * A program that runs beside the bench and ends with it. What it says is kept, for the case that it
 * fails.
 */
export class Child {
  readonly pid: number;
  readonly #process: ChildProcess;
  #said = "";

  constructor(program: string, args: readonly string[]) {
    this.#process = spawn("/usr/bin/setpriv", ["--pdeathsig", "TERM", "--", program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.pid = this.#process.pid ?? 0;
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream
        ?.setEncoding("utf8")
        .on("data", (text: string) => (this.#said = (this.#said + text).slice(-4_000)));
  }

  /**
   * Waits until `holds`, and asks every millisecond: how long it takes is measured.
   * @throws Error with the program's words if it ends, or takes too long
   */
  async waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
    const look = async () => {
      if (this.#process.exitCode !== null) return "ended" as const;
      return (await holds()) && ("holds" as const);
    };
    const outcome = await waitFor(what, look, { seconds: patienceSeconds, everyMs: 1 }).catch(
      () => "too late" as const,
    );
    if (outcome !== "holds") throw new Error(`waited in vain for ${what}: ${this.#said}`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill("SIGKILL");
    await once(this.#process, "exit");
  }

  /** Asks it to end, twice as the supervisor wants it to be at once, and waits. */
  async leave(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await wait(50);
    this.#process.kill("SIGTERM");
    await ended;
  }
}

/** Whether somebody takes connections on a port of this machine. */
export async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
