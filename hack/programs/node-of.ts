import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Platform, nodeVersion } from "./platforms.ts";

const project = join(import.meta.dirname, "../..");

/** A platform's Node: of this machine from node_modules, others from the registry, by their hash. */
export function nodeOf(platform: Platform): string {
  const installed = join(project, "node_modules", platform.npm, platform.node);
  return existsSync(installed) ? installed : fetched(platform);
}

function fetched({ npm, node, integrity }: Platform): string {
  const folder = join(project, ".tools/nodes", `${npm}-${nodeVersion}`);
  const program = join(folder, "package", node);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const pack = ["pack", `${npm}@${nodeVersion}`, "--silent", "--pack-destination", folder];
  const [archive = ""] = execFileSync("npm", pack, { encoding: "utf8" })
    .trim()
    .split("\n")
    .slice(-1);
  const file = join(folder, archive);
  const hash = createHash("sha512").update(readFileSync(file)).digest("base64");
  if (`sha512-${hash}` !== integrity)
    throw new Error(
      `${npm}@${nodeVersion} is not what hack/programs/platforms.ts names: sha512-${hash}`,
    );
  execFileSync("tar", ["-xzf", file, "-C", folder, `package/${node}`]);
  return program;
}
