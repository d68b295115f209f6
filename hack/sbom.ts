// Writes dist/sbom-operator.json and dist/sbom-proxy.json: what is in each image, as CycloneDX. Scanners can't see what a bundle was made of.
//   node hack/sbom.ts [--operator-base FILE] [--proxy-base FILE] [--program NAME@VERSION]…
// FILE is what dpkg says of the packages in an image (default: in the images that `make images` made). Programs that a base has without a package
// of Debian are named.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { bundledPackages } from "./supply/packages.ts";
import { bundleProgram } from "./supply/program.ts";
import { type Bom, bomOf, debianComponents, only, programComponent } from "./supply/sbom.ts";

const project = join(import.meta.dirname, "..");
const ask = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { cwd: project, encoding: "utf8" });
const dpkgStatus = (kind: string) => join(project, `.tools/images/${kind}.tar.packages`);

const { values } = parseArgs({
  options: {
    "operator-base": { type: "string", default: dpkgStatus("operator") },
    "proxy-base": { type: "string", default: dpkgStatus("proxy") },
    program: { type: "string", multiple: true, default: [] },
  },
});
const debian = (file: string) => debianComponents(readFileSync(file, "utf8"));
const programs = (...names: readonly string[]) =>
  values.program.filter((title) => names.includes(title.split("@")[0] ?? "")).map(programComponent);

const { version } = packageJson;
// Tools too: `--omit dev` leaves out what both tools and the program use.
const npm = JSON.parse(
  ask("npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"),
) as Bom;
const bundled = only(
  npm,
  new Set(bundledPackages(await bundleProgram()).map(({ name, version }) => `${name}@${version}`)),
);
const node = values.program.some((title) => title.startsWith("node@"))
  ? []
  : [programComponent(`node@${process.versions.node}`)];
const go = programComponent(`std@${ask("go", "env", "GOVERSION").trim().slice("go".length)}`);

const boms = [
  bomOf({
    name: "operator",
    version,
    components: [
      ...bundled.components,
      ...debian(values["operator-base"]),
      ...node,
      ...programs("node"),
    ],
    dependencies: bundled.dependencies,
  }),
  bomOf({
    name: "proxy",
    version,
    components: [go, ...debian(values["proxy-base"]), ...programs("haproxy")],
    dependencies: [],
  }),
];
mkdirSync(join(project, "dist"), { recursive: true });
for (const [index, name] of ["operator", "proxy"].entries())
  writeFileSync(
    join(project, `dist/sbom-${name}.json`),
    `${JSON.stringify(boms[index], null, 2)}\n`,
  );
