import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { answers, Child } from "./child.ts";

export type Encryption = "none" | "full" | "resumed";

/** Whom to call, and which process's CPU time and memory to tell. */
export interface Target {
  readonly port: number;
  readonly pid?: number;
  readonly encryption?: Encryption;
}

export interface Arrivals {
  readonly connections: number;
  readonly resumed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface Flow {
  readonly bytes: number;
  readonly broken: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface Holding {
  readonly connections: number;
  readonly residentBytes: number;
}

export interface Delays {
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
}

/** The program in `load/`, which plays people and WhatsApp. */
export class Load {
  readonly #program: string;

  constructor(program: string) {
    this.#program = program;
  }

  async startUpstream(port: number): Promise<Child> {
    const child = new Child(this.#program, ["upstream", "--address", `127.0.0.1:${port}`]);
    await child.waitUntil("the upstream", async () => answers(port));
    return child;
  }

  async arrive(target: Target, seconds: number): Promise<Arrivals> {
    return this.#run<Arrivals>("arrive", target, "--for", `${seconds}s`);
  }

  async stream(target: Target, streams: number, seconds: number): Promise<Flow> {
    return this.#run<Flow>("stream", target, "--streams", String(streams), "--for", `${seconds}s`);
  }

  /** The memory with no connection, then with each of these numbers of them. */
  async idle(target: Target, connections: readonly number[]): Promise<readonly Holding[]> {
    return this.#run<readonly Holding[]>("idle", target, "--connections", connections.join(","));
  }

  async ping(target: Target, pings: number): Promise<Delays> {
    return this.#run<Delays>("ping", target, "--pings", String(pings));
  }

  async #run<Result>(
    command: string,
    { port, pid = 0, encryption = "none" }: Target,
    ...more: readonly string[]
  ): Promise<Result> {
    const flags = [
      "--address",
      `127.0.0.1:${port}`,
      "--tls",
      encryption,
      ...(pid === 0 ? [] : ["--process", String(pid)]),
      ...more,
    ];
    const { stdout } = await promisify(execFile)(this.#program, [command, ...flags]);
    return JSON.parse(stdout) as Result;
  }
}
