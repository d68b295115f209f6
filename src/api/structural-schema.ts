import { z } from "zod";
import { ProxyfleetError } from "../values/errors.ts";
import { present } from "../values/present.ts";

/** A zod schema has no structural form; the message names the place. */
export class StructuralSchemaError extends ProxyfleetError {}

/** A JSON schema as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Keywords that a structural schema may hold, in the order in which they are written. */
const keywords = [
  "description",
  "type",
  "format",
  "default",
  "enum",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "maxProperties",
  "required",
  "properties",
  "items",
  "additionalProperties",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-validations",
] as const;

/**
 * Turns a zod schema into a structural schema of OpenAPI v3, the form that a CRD takes (Kubernetes
 * documentation, "Custom resources", section "Specifying a structural schema"): every node has one
 * type, and `anyOf`, `pattern` and `$ref` are not used.
 * @throws StructuralSchemaError for a schema that has no such form, or a text, list or map without
 * a bound
 */
export function structuralSchema(schema: z.ZodType): JsonSchema {
  return rewrite(
    z.toJSONSchema(schema, { target: "openapi-3.0", io: "input", reused: "inline" }),
    "",
  );
}

function rewrite(schema: JsonSchema, path: string): JsonSchema {
  const node = withoutUnsafeBounds(asIntOrString(schema));
  refuseUnsupported(node, path || "the schema");
  requireBounds(node, path || "the schema");
  const inner = withFilledDefault({ ...node, ...membersOf(node, path) });
  return Object.fromEntries(
    keywords.flatMap((key) => (inner[key] === undefined ? [] : [[key, inner[key]]])),
  );
}

function membersOf(node: JsonSchema, path: string): JsonSchema {
  const { properties, items, additionalProperties } = node as Record<
    string,
    JsonSchema | undefined
  >;
  return {
    properties:
      properties && mapValues(properties, (member, key) => rewrite(member, `${path}.${key}`)),
    items: items && rewrite(items, `${path}[]`),
    additionalProperties: additionalProperties && rewrite(additionalProperties, `${path}{}`),
  };
}

/**
 * The API server checks a default by the rules of its own node, before the members' defaults come
 * in: so it is written in full.
 */
function withFilledDefault(node: JsonSchema): JsonSchema {
  const { default: given, properties } = node as {
    default?: unknown;
    properties?: Record<string, JsonSchema>;
  };
  if (typeof given !== "object" || given === null || properties === undefined) return node;
  const filled = Object.entries(properties).flatMap(([key, member]) =>
    member["default"] === undefined ? [] : [[key, member["default"]]],
  );
  return { ...node, default: { ...Object.fromEntries(filled), ...given } };
}

function mapValues(
  properties: JsonSchema,
  change: (member: JsonSchema, key: string) => JsonSchema,
): JsonSchema {
  return Object.fromEntries(
    Object.entries(properties).map(([key, member]) => [key, change(member as JsonSchema, key)]),
  );
}

/** A number or a text has a keyword of its own, in place of `anyOf` and `type`. */
function asIntOrString(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const types = (anyOf as JsonSchema[]).map(({ type }) => String(type));
  return types.join() === "integer,string"
    ? { ...rest, "x-kubernetes-int-or-string": true }
    : schema;
}

/** JavaScript's own limits of a whole number are no bounds of a field. */
function withoutUnsafeBounds(schema: JsonSchema): JsonSchema {
  const { minimum, maximum, ...rest } = schema;
  return {
    ...rest,
    ...present({
      minimum: minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum,
      maximum: maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum,
    }),
  };
}

function refuseUnsupported(node: JsonSchema, path: string): void {
  const unknown = Object.keys(node).filter((key) => !(keywords as readonly string[]).includes(key));
  if (unknown.length > 0)
    throw new StructuralSchemaError(
      `${path} holds ${unknown.join(", ")}, which a CRD can't: use another zod type`,
    );
  if (node["type"] === undefined && !isIntOrString(node))
    throw new StructuralSchemaError(`${path} has no type: say what it is`);
  if (node["additionalProperties"] === false)
    throw new StructuralSchemaError(
      `${path} refuses unknown members, which a CRD can't: use z.object`,
    );
}

function isIntOrString(node: JsonSchema): boolean {
  return node["x-kubernetes-int-or-string"] === true;
}

const boundOf: Readonly<Record<string, string>> = {
  string: "maxLength",
  array: "maxItems",
  object: "maxProperties",
};

function requireBounds(node: JsonSchema, path: string): void {
  const bound = isIntOrString(node) ? "maxLength" : boundOf[String(node["type"])];
  const bounded =
    bound === undefined ||
    node[bound] !== undefined ||
    node["enum"] !== undefined ||
    node["properties"] !== undefined;
  if (!bounded)
    throw new StructuralSchemaError(
      `${path} has no ${bound}: a CRD of ours bounds every text, list and map`,
    );
}
