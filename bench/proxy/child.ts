import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** How long a program may take to answer: far longer than any does. */
const patienceMs = 20_000;

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
   * Waits until `holds`, and asks again after each try. @throws with the program's words if it
   * ends, or takes too long
   */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (
      const deadline = performance.now() + patienceMs;
      performance.now() < deadline;
      await wait(1)
    ) {
      if (this.#process.exitCode !== null) break;
      if (await holds()) return;
    }
    throw new Error(`waited in vain for ${what}: ${this.#said}`);
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
