import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A program that runs beside a test. */
export interface Program {
  /** Whether it has ended by itself or was killed. */
  ended(): boolean;
  /** The end of what it wrote. */
  lastWords(): Promise<string>;
  /** Ends it at once, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Path of one of the cluster's programs. @throws Error where PROXYFLEET_BIN names no folder */
export function programPath(name: string): string {
  const folder = process.env["PROXYFLEET_BIN"];
  if (folder === undefined)
    throw new Error(`set PROXYFLEET_BIN to the folder that holds ${name}; make test does so`);
  return join(folder, name);
}

/**
 * Starts a program of the folder PROXYFLEET_BIN, with its output in a file of the given folder. It
 * dies with this process (PR_SET_PDEATHSIG).
 */
export function startProgram(name: string, args: readonly string[], folder: string): Program {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "a");
  const child = spawn(
    "/usr/bin/setpriv",
    ["--pdeathsig", "KILL", "--", programPath(name), ...args],
    {
      cwd: folder,
      stdio: ["ignore", output, output],
    },
  );
  closeSync(output);
  const gone = Promise.race([once(child, "exit"), once(child, "error")]);
  gone.catch(() => undefined);
  const ended = (): boolean =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    ended,
    lastWords: async () => (await readFile(log, "utf8")).split("\n").slice(-15).join("\n"),
    kill: async () => {
      if (ended()) return;
      child.kill("SIGKILL");
      await gone;
    },
  };
}
