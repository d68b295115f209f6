import type { ApiClient } from "./client.ts";
import { type Resource, apiVersionOf } from "./resource.ts";
import type { KubeObject } from "./objects.ts";

/** As much of an OpenAPI v3 schema as says which fields there are. */
export interface FieldSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: FieldSchema | boolean;
  readonly items?: FieldSchema;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

interface KindSchema extends FieldSchema {
  readonly "x-kubernetes-group-version-kind"?: readonly Pick<
    Resource<KubeObject>,
    "group" | "version" | "kind"
  >[];
}

interface OpenApi {
  readonly components?: { readonly schemas?: Readonly<Record<string, KindSchema>> };
}

/**
 * What the server's CustomResourceDefinition declares of a kind now; undefined where it tells of no
 * such kind. Every signed-in account may read it (ClusterRole `system:discovery`).
 * @throws errors of the API client
 */
export async function schemaOf(
  client: Pick<ApiClient, "raw">,
  of: Resource<KubeObject>,
): Promise<FieldSchema | undefined> {
  const { components } = await client.raw<OpenApi>(`/openapi/v3/apis/${apiVersionOf(of)}`);
  return Object.values(components?.schemas ?? {}).find((schema) =>
    schema["x-kubernetes-group-version-kind"]?.some(
      ({ group, version, kind }) =>
        group === of.group && version === of.version && kind === of.kind,
    ),
  );
}

/** The part of a value that a schema declares, as the server would store it. */
export function declaredPart(value: unknown, schema: FieldSchema): unknown {
  const { items, properties = {}, additionalProperties } = schema;
  if (Array.isArray(value))
    return items === undefined ? value : value.map((item) => declaredPart(item, items));
  if (typeof value !== "object" || value === null || isOpen(schema)) return value;
  const others = typeof additionalProperties === "object" ? additionalProperties : undefined;
  const fields = Object.entries(value).flatMap(([name, field]) => {
    const declared = properties[name] ?? others;
    return declared === undefined ? [] : [[name, declaredPart(field, declared)] as const];
  });
  return Object.fromEntries(fields);
}

function isOpen(schema: FieldSchema): boolean {
  return (
    schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true
  );
}
