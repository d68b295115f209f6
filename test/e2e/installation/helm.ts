import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { succeed } from "../stage/process.ts";

const project = join(import.meta.dirname, "../../..");

/** The one file for kubectl, as `make bundle` writes it. */
export const bundle = join(project, "dist/install.yaml");

const scratch = mkdtempSync(join(tmpdir(), "proxyfleet-helm-"));
removeAtExit(scratch);
const folders = ["CACHE", "CONFIG", "DATA"].map(
  (name) => `HELM_${name}_HOME=${join(scratch, name)}`,
);

/** Helm as a person runs it, for the release `proxyfleet`. */
export async function helm(
  verb: "install" | "upgrade" | "rollback" | "uninstall",
  ...args: readonly string[]
): Promise<void> {
  const place = ["--namespace", "proxyfleet-system", "--wait", "--timeout", "120s"];
  await succeed([
    "env",
    ...folders,
    join(project, ".tools/helm"),
    verb,
    "proxyfleet",
    ...args,
    ...place,
  ]);
}
