// Writes JSON Schemas, one a kind, by the names that kubeconform looks for.
//   node make.ts SWAGGER_JSON FOLDER     of the kinds below, from Kubernetes' OpenAPI
//   node make.ts CRD_YAML… FOLDER        of the kinds that custom resource definitions define
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Definitions, type OpenApiNode, schemaOf, strict } from "./json-schema.ts";

/** The kinds that an installation, and what people put around it, may have. */
const kinds = [
  "apiextensions.k8s.io/v1 CustomResourceDefinition",
  "apps/v1 Deployment",
  "networking.k8s.io/v1 NetworkPolicy",
  "policy/v1 PodDisruptionBudget",
  "rbac.authorization.k8s.io/v1 ClusterRole",
  "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
  "rbac.authorization.k8s.io/v1 Role",
  "rbac.authorization.k8s.io/v1 RoleBinding",
  "v1 ConfigMap",
  "v1 Namespace",
  "v1 Secret",
  "v1 Service",
  "v1 ServiceAccount",
];

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: OpenApiNode };
    }[];
  };
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const files = process.argv.slice(2);
const folder = files.pop() ?? "";
mkdirSync(folder, { recursive: true });
for (const file of files) {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".json"))
    writeBuiltin((JSON.parse(text) as { definitions: Definitions }).definitions);
  else writeCustom(parse(text) as Crd);
}

function writeBuiltin(definitions: Definitions): void {
  const names = new Map<string, string>(
    Object.entries(definitions).flatMap(([name, node]) => {
      const [only, ...others] = (node["x-kubernetes-group-version-kind"] ??
        []) as readonly GroupVersionKind[];
      if (only === undefined || others.length > 0) return [];
      const apiVersion = only.group === "" ? only.version : `${only.group}/${only.version}`;
      return [[`${apiVersion} ${only.kind}`, name] as const];
    }),
  );
  for (const title of kinds) {
    const name = names.get(title);
    if (name === undefined) throw new Error(`${title} is not among the definitions`);
    const [apiVersion = "", kind = ""] = title.split(" ");
    write(kind, apiVersion, schemaOf(name, definitions));
  }
}

/** Every object has `metadata`, of which a definition says no more than that it is one. */
function writeCustom({ spec }: Crd): void {
  for (const { name, schema } of spec.versions)
    write(spec.names.kind, `${spec.group}/${name}`, {
      ...strict(schema.openAPIV3Schema),
      $schema: "http://json-schema.org/draft-07/schema#",
    });
}

/**
 * kubeconform's names: the kind, the first label of its group, the version; all in small letters.
 */
function write(kind: string, apiVersion: string, schema: object): void {
  const [group = "", version] = apiVersion.split("/");
  const suffix = version === undefined ? [group] : [group.split(".")[0], version];
  writeFileSync(
    join(folder, `${[kind, ...suffix].join("-").toLowerCase()}.json`),
    JSON.stringify(schema),
  );
}
