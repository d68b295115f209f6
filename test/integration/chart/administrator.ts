import { execFile } from "node:child_process";
import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { readPages } from "../../docs/blocks.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { programPath } from "../../stand-ins/api-server/program.ts";

const run = promisify(execFile);
const project = join(import.meta.dirname, "../../..");

/** Who installs the operator: with a shell in a checkout, kubectl and Helm, at one API server. */
export class Administrator {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(server: ApiServer) {
    const folder = mkdtempSync(join(tmpdir(), "proxyfleet-administrator-"));
    removeAtExit(folder);
    for (const name of ["charts", "examples"]) symlinkSync(join(project, name), join(folder, name));
    symlinkSync(join(project, ".tools/helm"), join(folder, "helm"));
    const homes = ["CACHE", "CONFIG", "DATA"].map((name) => [`HELM_${name}_HOME`, folder]);
    this.#folder = folder;
    this.#env = {
      ...process.env,
      ...Object.fromEntries(homes),
      PATH: `${folder}:${dirname(programPath("kubectl"))}:${process.env["PATH"]}`,
      KUBECONFIG: server.kubeconfig,
    };
  }

  /** Types commands into a shell, and gives what they print. @throws Error where one fails */
  async type(commands: string): Promise<string> {
    const shell = ["-euo", "pipefail", "-c", commands];
    return (await run("bash", shell, { cwd: this.#folder, env: this.#env })).stdout;
  }
}

/** The commands of a page under one heading, in their order. @throws Error where there are none */
export function commandsUnder(heading: string, path: string): readonly string[] {
  const blocks = readPages().find((page) => page.path === path)?.blocks ?? [];
  const commands = blocks.filter((block) => block.heading === heading && block.language === "sh");
  if (commands.length === 0) throw new Error(`${path} has no commands under "${heading}"`);
  return commands.map(({ text }) => text);
}
