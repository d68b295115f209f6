import { group, version } from "./names.ts";
import type { Kind } from "./kind.ts";
import { structuralSchema, type JsonSchema } from "./structural-schema.ts";
import type { CelRule } from "./validation-rule.ts";
import { present } from "../values/present.ts";

/** A CustomResourceDefinition as plain data. */
export interface Crd {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: JsonSchema;
}

/**
 * The CRD of one kind.
 * @throws StructuralSchemaError where the kind's schema has no structural form
 */
export function crdOf(kind: Kind): Crd {
  const { plural, singular, shortName } = kind;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: kind.scope,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural,
        singular,
        shortNames: [shortName],
        categories: ["proxyfleet"],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {}, ...present({ scale: kind.scale }) },
          additionalPrinterColumns: kind.columns,
          schema: { openAPIV3Schema: objectSchema(kind) },
        },
      ],
    },
  };
}

function objectSchema(kind: Kind): JsonSchema {
  return {
    description: kind.description,
    type: "object",
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: `Always ${group}/${version}.` },
      kind: { type: "string", description: `Always ${kind.kind}.` },
      metadata: { type: "object" },
      spec: { ...structuralSchema(kind.spec), description: "What is asked for." },
      status: { ...structuralSchema(kind.status), description: "What the operator says of it." },
    },
    "x-kubernetes-validations": nameRules(kind),
  };
}

/**
 * The API server lets only the rules of the whole object see its name, and lets no `fieldPath`
 * point to it.
 */
function nameRules(kind: Kind): readonly CelRule[] {
  const rules = structuralSchema(kind.name)["x-kubernetes-validations"] as readonly CelRule[];
  return rules.map(({ rule, message }) => ({
    rule: rule.replaceAll(/\bself\b/g, "self.metadata.name"),
    message: `metadata.name ${message}`,
  }));
}
