// Makes the npm package in dist/npm: the program, and its Pulumi resources as CommonJS, which is
// what Pulumi's own packages are.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import packageJson from "../package.json" with { type: "json" };

const project = join(import.meta.dirname, "..");
const folder = join(project, "dist/npm");

/**
 * What stands in package.json with paths from the project's folder stands in the package with paths
 * from its own.
 */
const fromOwnFolder = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll("./dist/npm/", "./"));

/**
 * The program is one bundle, so its dependencies are none of the package. Types of zod are part of
 * the resources' types.
 */
const {
  name,
  version,
  description,
  license,
  engines,
  bin,
  exports,
  peerDependencies,
  peerDependenciesMeta,
  dependencies,
} = packageJson;
const published = {
  name,
  version,
  description,
  license,
  type: "module",
  engines,
  bin: fromOwnFolder(bin),
  exports: fromOwnFolder(exports),
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, "pulumi"), { recursive: true });
writeFileSync(
  join(folder, "package.json"),
  JSON.stringify(
    {
      ...published,
      dependencies: { zod: dependencies.zod },
      peerDependencies,
      peerDependenciesMeta,
    },
    null,
    2,
  ),
);
writeFileSync(join(folder, "pulumi/package.json"), JSON.stringify({ type: "commonjs" }));
for (const file of ["LICENSE", "README.md"]) copyFileSync(join(project, file), join(folder, file));
copyFileSync(join(project, "dist/proxyfleet.mjs"), join(folder, "proxyfleet.mjs"));

await build({
  entryPoints: [join(project, "src/pulumi/index.ts")],
  outfile: join(folder, "pulumi/index.js"),
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  external: ["@pulumi/*"],
  define: { PROXYFLEET_VERSION: JSON.stringify(version) },
  keepNames: true,
  logLevel: "warning",
});
execFileSync(
  join(project, "node_modules/.bin/tsc"),
  ["--project", join(project, "hack/npm/tsconfig.json")],
  { stdio: "inherit" },
);
