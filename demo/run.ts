import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { lines } from "../test/stand-ins/lines.ts";
import { DemoError } from "./say.ts";

/** A program and its arguments. */
export type Argv = readonly [string, ...string[]];

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, with this text on its standard input. */
export async function finish([program, ...args]: Argv, input = ""): Promise<Finished> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = exitOf(child, program);
  child.stdin.on("error", () => undefined); // it may end without reading
  child.stdin.end(input);
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/**
 * Runs a command that must succeed.
 * @returns what it printed
 * @throws DemoError with its own words if it fails
 */
export async function succeed(argv: Argv, input?: string): Promise<string> {
  const { code, stdout, stderr } = await finish(argv, input);
  if (code !== 0)
    throw new DemoError(
      `"${argv.join(" ")}" failed with ${String(code)}: ${(stderr === "" ? stdout : stderr).trim()}`,
    );
  return stdout;
}

/** A command that goes on beside the demo, and tells what happens as lines of JSON. */
export interface Companion<Event> {
  /** The events, until the command ends. */
  readonly events: AsyncIterable<Event>;
  send(line: string): void;
  /** Closes its standard input: a sign to finish. */
  finish(): void;
  /** Ends it at once. */
  stop(): void;
}

/** Starts a companion. What it writes to stderr goes to the terminal. */
export function accompany<Event>([program, ...args]: Argv): Companion<Event> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  return {
    events: parsed<Event>(child.stdout),
    send: (line) => void child.stdin.write(`${line}\n`),
    finish: () => void child.stdin.end(),
    stop: () => {
      child.stdout.destroy(); // it may run behind nsenter, which passes no signal on: a closed pipe ends it too
      child.kill();
    },
  };
}

/** Ends with the command's output, also when it was cut off from here. */
async function* parsed<Event>(stdout: Readable): AsyncGenerator<Event, void> {
  try {
    for await (const line of lines(stdout)) yield JSON.parse(line) as Event;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

async function exitOf(child: ChildProcess, program: string): Promise<number> {
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return code ?? 1;
  } catch (error) {
    throw new DemoError(`"${program}" can't be started`, { cause: error });
  }
}
