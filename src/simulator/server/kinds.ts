import { group } from "../../api/names.ts";
import { crdOf } from "../../api/crd.ts";
import { kinds } from "../../api/kinds.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import type { Resource } from "../../kubernetes/resource.ts";
import { type Admission, admissionOf } from "./admission.ts";
import { builtinSchemas, metadataSchema } from "./builtin-schemas.ts";
import type { Fields } from "./json.ts";
import { type MergeSchema, mergeSchemaOf } from "./merge-schema.ts";

/** What the server knows of a kind. */
export interface ServedKind {
  readonly schema: MergeSchema;
  /** Whether `status` is written by the subresource only. */
  readonly hasStatus: boolean;
  /** Whether `metadata.generation` counts changes of the spec. */
  readonly hasGeneration: boolean;
  /** Of our own kinds: defaults, and what is refused. */
  readonly admission: Admission | undefined;
}

const withStatus = new Set(["Deployment", "Pod", "Service", "PodDisruptionBudget", "Namespace"]);
const withGeneration = new Set(["Deployment", "PodDisruptionBudget", "NetworkPolicy", "Pod"]);

const ours: ReadonlyMap<string, ServedKind> = new Map(
  kinds.map((kind) => {
    const { versions } = crdOf(kind).spec as {
      versions: readonly { schema: { openAPIV3Schema: Fields } }[];
    };
    const structural = versions[0]?.schema.openAPIV3Schema ?? {};
    const { members } = mergeSchemaOf(structural);
    return [
      kind.kind,
      {
        schema: { members: { ...members, metadata: metadataSchema } },
        hasStatus: true,
        hasGeneration: true,
        admission: admissionOf(kind, structural),
      },
    ] as const;
  }),
);

/** What is served of a kind. Every built-in kind is known without its rules. */
export function servedKind(of: Resource<KubeObject>): ServedKind {
  const own = of.group === group ? ours.get(of.kind) : undefined;
  return own ?? builtin(of.kind);
}

const builtins = new Map<string, ServedKind>();

function builtin(kind: string): ServedKind {
  const known = builtins.get(kind);
  if (known !== undefined) return known;
  const served: ServedKind = {
    schema: { members: { ...builtinSchemas[kind]?.members, metadata: metadataSchema } },
    hasStatus: withStatus.has(kind),
    hasGeneration: withGeneration.has(kind),
    admission: undefined,
  };
  builtins.set(kind, served);
  return served;
}
