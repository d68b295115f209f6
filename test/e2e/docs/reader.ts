import { spawn, type ChildProcess } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  mkdirSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const project = join(import.meta.dirname, "../../..");

/**
 * A person who types a page's commands into one shell, in a folder that looks like a checkout. What
 * a command sets is there for the next ones; a command that fails ends the shell, as `set -e` does.
 */
export class Reader {
  /** Whether a command has failed, which ended the shell. */
  hasEnded = false;
  #shell: Shell | undefined;
  #count = 0;

  /**
   * Types some commands, and gives what they print, on both streams. @throws Error with that, if
   * one of them fails
   */
  async type(commands: string): Promise<string> {
    this.#shell ??= startShell();
    this.#count += 1;
    const file = join(this.#shell.folder, `block-${this.#count}`);
    writeFileSync(file, commands);
    this.#shell.process.stdin?.write(`source ${file} >${file}.out 2>&1 </dev/null\necho done\n`);
    const { done } = await this.#shell.answers.next();
    const printed = readFileSync(`${file}.out`, "utf8");
    this.hasEnded = done === true;
    if (this.hasEnded)
      throw new Error(`these commands fail:\n${commands}\nThey print:\n${printed}`);
    return printed;
  }

  leave(): void {
    this.#shell?.process.kill();
  }
}

interface Shell {
  readonly folder: string;
  readonly process: ChildProcess;
  /** A line for each block that has come to its end. */
  readonly answers: AsyncIterator<string>;
}

function startShell(): Shell {
  const folder = mkdtempSync(join(tmpdir(), "proxyfleet-reader-"));
  removeAtExit(folder);
  const shell = spawn("bash", ["--norc", "-euo", "pipefail"], {
    cwd: checkoutIn(folder),
    env: { ...process.env, ...toolsIn(folder) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  shell.stdin.on("error", () => undefined);
  return {
    folder,
    process: shell,
    answers: createInterface({ input: shell.stdout })[Symbol.asyncIterator](),
  };
}

/**
 * The project's files in a folder of their own: what a page tells to write beside them stays out of
 * the project.
 */
function checkoutIn(folder: string): string {
  const checkout = join(folder, "proxyfleet");
  mkdirSync(checkout);
  for (const name of readdirSync(project)) symlinkSync(join(project, name), join(checkout, name));
  return checkout;
}

/**
 * Programs that a reader has and that are not in the cluster's PATH: Helm with a home of its own,
 * and `proxyfleet`.
 */
function toolsIn(folder: string): Record<string, string> {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  symlinkSync(join(project, ".tools/helm"), join(bin, "helm"));
  const main = join(project, "src/main.ts");
  writeFileSync(join(bin, "proxyfleet"), `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, {
    mode: 0o755,
  });
  const helmHomes = ["CACHE", "CONFIG", "DATA"].map((name) => [
    `HELM_${name}_HOME`,
    join(folder, "helm", name),
  ]);
  return {
    ...(Object.fromEntries(helmHomes) as Record<string, string>),
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
  };
}
