import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";

/** Every module that a program made from this entry point would load, by its path. */
async function modulesOf(entry: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: join(import.meta.dirname, "../../.."),
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    metafile: true,
    write: false,
    external: ["@pulumi/*"],
  });
  const imports = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.map(({ path }) => path),
  );
  return [...Object.keys(metafile.inputs), ...imports];
}

const isPulumi = (path: string) => path.startsWith("src/pulumi/") || path.includes("@pulumi/");

test("the operator loads nothing of Pulumi", async () => {
  assert.deepEqual((await modulesOf("src/main.ts")).filter(isPulumi), []);
});

test("Pulumi's resources load nothing of the operator but its kinds", async () => {
  const modules = await modulesOf("src/pulumi/index.ts");
  assert.ok(modules.some(isPulumi), "the test looks for the right names");
  assert.deepEqual(
    modules.filter((path) =>
      /^src\/(?!(pulumi|api|values)\/|version\.ts$)|@kubernetes\/client-node/.test(path),
    ),
    [],
  );
});
