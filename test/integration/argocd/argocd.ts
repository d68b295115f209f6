import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const project = join(import.meta.dirname, "../../..");
const program = join(project, ".tools/argocd/argocd");
const settings = join(project, "examples/argocd/argocd-cm.yaml");
const run = promisify(execFile);

/** Why tests with the real Argo CD are left out; undefined where it is here. */
export const withoutArgoCd = existsSync(program)
  ? undefined
  : "Argo CD is not here: make tools builds it, as root";

const folder = mkdtempSync(join(tmpdir(), "proxyfleet-argocd-"));
removeAtExit(folder);
let count = 0;

/** What Argo CD, with the settings of the example, says of an object: its health, and why. */
export async function healthOf(
  object: object,
): Promise<{ readonly status: string; readonly message: string }> {
  const said = await ask("health", object);
  const [, status = said, message = ""] = /^STATUS: (\w+)\nMESSAGE: (.*)$/m.exec(said) ?? [];
  return { status, message };
}

/** What a person may ask of an object in Argo CD now. */
export async function enabledActions(object: object): Promise<readonly string[]> {
  return [...(await ask("list-actions", object)).matchAll(/^(\w+) +false$/gm)].map(
    ([, name = ""]) => name,
  );
}

/** The lines that an action takes out of an object's YAML (-) and puts into it (+). */
export async function changesBy(action: string, object: object): Promise<readonly string[]> {
  return [...(await ask("run-action", object, action)).matchAll(/^[-+] .*$/gm)].map(([line]) =>
    line.replaceAll(/ +/g, " "),
  );
}

async function ask(command: string, object: object, ...args: readonly string[]): Promise<string> {
  const file = join(folder, `object-${++count}.yaml`);
  writeFileSync(file, JSON.stringify(object));
  const argv = [
    "admin",
    "settings",
    "resource-overrides",
    command,
    file,
    ...args,
    "--argocd-cm-path",
    settings,
  ];
  const env = { ...process.env, KUBECTL_EXTERNAL_DIFF: "diff -U0" };
  const { stdout } = await run(program, argv, { env });
  return stdout;
}
