import { markdownTable } from "../../tooling/markdown-table.ts";

/** What package-lock.json says of the packages, by the path where npm installs them. */
export interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>
  >;
}

interface Dependency {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Only those who work on the project use it: nothing of it is in what people install. */
  readonly isTool: boolean;
}

/** Licences of what people install: each lets us pass the code on, under terms of our own. */
const allowed = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "PSF-2.0",
  "Unlicense",
]);

/** Licences of tools, on top: nothing of them is passed on. */
const allowedOfTools = new Set([
  ...allowed,
  "(BSD-3-Clause AND Apache-2.0)",
  "BlueOak-1.0.0",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "MPL-2.0",
  "Python-2.0",
]);

/**
 * Packages whose package.json does not say it in the usual way, with what their licence file says.
 */
const read: Readonly<Record<string, string>> = { "@logdna/tail-file": "MIT" };

const opening = `<!-- Made by \`make gen\` from package-lock.json. -->

# Licences of Proxyfleet's parts

Proxyfleet is licensed under the [Apache License 2.0](../LICENSE). It uses the work of others:

- **The operator's image** contains the program, which is made from the npm packages in the first table; the file \`/app/NOTICES.txt\` in it has
  their full licences. It also contains [Node](https://github.com/nodejs/node/blob/main/LICENSE) (MIT, and the licences of Node's own parts), and
  Debian packages, whose licences are under \`/usr/share/doc\` in the public base image.
- **The proxy's image** contains the supervisor, which uses the standard library of [Go](https://go.dev/LICENSE) (BSD-3-Clause) and nothing else,
  and [HAProxy](https://www.haproxy.org) (GPL-2.0-or-later), a separate program that the supervisor starts, on Debian.
- **The npm package** contains the program and the Pulumi resources. \`@pulumi/pulumi\` and \`@pulumi/kubernetes\` (both Apache-2.0) come from
  the programs that use them.

\`make check\` fails when a package has a licence that nobody has reviewed yet. \`make sbom\` lists what is in each image, with versions.

## Packages that the program uses, or may use

`;

/** docs/licences.md: every package of the lock file with its licence. */
export function licencesPage(lock: Lock): string {
  const all = dependencies(lock);
  const table = (isTool: boolean) => {
    const rows = all
      .filter((each) => each.isTool === isTool)
      .map(({ name, version, licence }) => [name, version, licence]);
    return markdownTable([["package", "version", "licence"], ...rows]);
  };
  return `${opening}${table(false)}\n\n## Packages used only to work on Proxyfleet\n\n${table(true)}\n`;
}

/** A line for each package whose licence is not among those that were looked at. */
export function licenceProblems(lock: Lock): readonly string[] {
  return dependencies(lock).flatMap(({ name, version, licence, isTool }) =>
    (isTool ? allowedOfTools : allowed).has(licence)
      ? []
      : [
          `${name} ${version} has the licence ${licence}. If its terms suit this project, add it to hack/supply/licences.ts; else use another package.`,
        ],
  );
}

function dependencies({ packages }: Lock): readonly Dependency[] {
  const all = Object.entries(packages).flatMap(([path, { version = "", license, dev = false }]) => {
    const name = path.split("node_modules/").at(-1) ?? "";
    return name === ""
      ? []
      : [{ name, version, licence: read[name] ?? license ?? "none", isTool: dev }];
  });
  // A package may be installed at several places.
  const byTitle = new Map(
    all.map((each) => [`${each.name} ${each.version} ${each.isTool}`, each] as const),
  );
  return [...byTitle.values()].toSorted((a, b) =>
    `${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1,
  );
}
