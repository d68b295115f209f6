import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

const project = join(import.meta.dirname, "../..");

/** An npm package of which something is in the program's bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** What its package.json calls its licence: an SPDX expression, mostly. */
  readonly licence: string;
  /** Where it is installed, as an absolute path. */
  readonly folder: string;
}

/** The packages that a bundle was made of, by name. */
export function bundledPackages({ inputs }: Metafile): readonly BundledPackage[] {
  const folders = new Set(Object.keys(inputs).flatMap((path) => packageFolder(path) ?? []));
  return [...folders]
    .map(read)
    .toSorted((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** `node_modules/a/node_modules/@b/c` of a path inside of it. */
function packageFolder(path: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

function read(path: string): BundledPackage {
  const folder = join(project, path);
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as Record<string, string>;
  if (name === undefined || version === undefined || license === undefined)
    throw new Error(`${path}/package.json has no name, version or license`);
  return { name, version, licence: license, folder };
}
