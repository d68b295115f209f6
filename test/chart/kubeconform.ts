import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crdOf } from "../../src/api/crd.ts";
import { group, version } from "../../src/api/names.ts";
import { kinds } from "../../src/api/kinds.ts";
import { type OpenApiNode, strict } from "./schemas/json-schema.ts";
import { removeAtExit } from "../../tooling/scratch-folder.ts";

const project = join(import.meta.dirname, "../..");
const schemas = join(project, ".tools/schemas");

/**
 * Makes what is needed here, unless it is there: seconds, once, so that this test can be run by
 * itself.
 */
execFileSync(join(project, "test/chart/schemas/build.sh"), { stdio: "inherit" });

/** The versions of Kubernetes that there are schemas of, such as `1.36.3`. */
export const kubernetesVersions = readdirSync(schemas).flatMap((name) =>
  name.startsWith("v") ? [name.slice(1)] : [],
);

const scratch = mkdtempSync(join(tmpdir(), "proxyfleet-kubeconform-"));
removeAtExit(scratch);
for (const kind of kinds)
  writeFileSync(
    join(scratch, `${kind.kind.toLowerCase()}-proxyfleet-${version}.json`),
    JSON.stringify(schemaOfOurs(kind)),
  );

/** A kind of ours, as its custom resource definition has it. */
function schemaOfOurs(kind: (typeof kinds)[number]): object {
  const { versions } = crdOf(kind).spec as {
    versions: { schema: { openAPIV3Schema: OpenApiNode } }[];
  };
  const node = versions[0]?.schema.openAPIV3Schema;
  if (node === undefined) throw new Error(`${kind.kind}.${group} has no schema`);
  return strict(node);
}

/**
 * Holds manifests to the schemas of a version of Kubernetes, in strict mode.
 * @param texts YAML files, by a name that a message may say
 * @returns how many objects were looked at, and a line for each that is not right
 */
export function kubeconform(
  texts: Readonly<Record<string, string>>,
  kubernetesVersion: string,
): { valid: number; problems: readonly string[] } {
  const folder = mkdtempSync(join(scratch, "manifests-"));
  for (const [name, text] of Object.entries(texts))
    writeFileSync(join(folder, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.yaml`), text);
  const name = "{{ .ResourceKind }}{{ .KindSuffix }}.json";
  const locations = [
    join(schemas, "{{ .NormalizedKubernetesVersion }}", name),
    join(schemas, "custom", name),
    join(scratch, name),
  ];
  const args = ["-strict", "-kubernetes-version", kubernetesVersion, "-output", "json", "-summary"];
  const { stdout, stderr } = spawnSync(
    join(schemas, "kubeconform"),
    [...args, ...locations.flatMap((location) => ["-schema-location", location]), folder],
    { encoding: "utf8" },
  );
  if (!stdout.startsWith("{")) throw new Error(`kubeconform: ${stderr}${stdout}`);
  const { resources, summary } = JSON.parse(stdout) as Report;
  const lines = resources.map(
    ({ filename, kind, name, msg }) =>
      `${filename.slice(folder.length + 1)}: ${kind} ${name}: ${msg}`,
  );
  return { valid: summary.valid, problems: lines };
}

interface Report {
  /** Those that are not right, or have no schema. */
  readonly resources: readonly {
    readonly filename: string;
    readonly kind: string;
    readonly name: string;
    readonly msg: string;
  }[];
  readonly summary: { readonly valid: number };
}
