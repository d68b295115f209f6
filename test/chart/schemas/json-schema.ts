/** A node of a schema in Kubernetes' OpenAPI (version 2), or of a custom resource definition. */
export interface OpenApiNode {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, OpenApiNode>>;
  readonly additionalProperties?: OpenApiNode | boolean;
  readonly items?: OpenApiNode;
  readonly required?: readonly string[];
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly [keyword: string]: unknown;
}

/** Named schemas that refer to each other. */
export type Definitions = Readonly<Record<string, OpenApiNode>>;

const place = "#/definitions/";

/**
 * JSON Schema (draft 7) of one definition, with all others that it refers to. Fields that are not
 * known are refused, as by the API server.
 */
export function schemaOf(name: string, definitions: Definitions): object {
  const reached = closure(name, definitions);
  const own = [...reached].map((each) => [each, strict(definitions[each] ?? {}, each)] as const);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $ref: `${place}${name}`,
    definitions: Object.fromEntries(own),
  };
}

/** JSON Schema of one node that refers to nothing. */
export function strict(node: OpenApiNode, name = ""): object {
  // A number is taken too (k8s.io/apimachinery, Quantity.UnmarshalJSON).
  if (name.endsWith(".api.resource.Quantity")) return { type: ["string", "number"] };
  if (node.format === "int-or-string" || node["x-kubernetes-int-or-string"] === true)
    return { type: ["string", "integer"] };
  const { properties, additionalProperties, items, type, $ref, required } = node;
  if ($ref !== undefined) return { $ref };
  return {
    ...(type === undefined ? {} : { type }),
    ...(required === undefined ? {} : { required }),
    ...(node["enum"] === undefined ? {} : { enum: node["enum"] }),
    ...(node["pattern"] === undefined ? {} : { pattern: node["pattern"] }),
    ...(items === undefined ? {} : { items: strict(items) }),
    ...(properties === undefined ? {} : { properties: mapped(properties) }),
    ...closed(node, additionalProperties),
  };
}

function closed(
  node: OpenApiNode,
  additionalProperties: OpenApiNode["additionalProperties"],
): object {
  if (typeof additionalProperties === "object")
    return { additionalProperties: strict(additionalProperties) };
  const isOpen =
    additionalProperties === true ||
    node.properties === undefined ||
    node["x-kubernetes-preserve-unknown-fields"] === true;
  return isOpen ? {} : { additionalProperties: false };
}

function mapped(nodes: Readonly<Record<string, OpenApiNode>>): Record<string, object> {
  return Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, strict(node)]));
}

function closure(name: string, definitions: Definitions, reached = new Set<string>()): Set<string> {
  if (reached.has(name)) return reached;
  reached.add(name);
  for (const other of references(definitions[name] ?? {})) closure(other, definitions, reached);
  return reached;
}

function references({
  $ref,
  properties,
  additionalProperties,
  items,
}: OpenApiNode): readonly string[] {
  if ($ref !== undefined) return [$ref.slice(place.length)];
  const inner = [...Object.values(properties ?? {}), items, additionalProperties];
  return inner.flatMap((node) => (typeof node === "object" ? references(node) : []));
}
