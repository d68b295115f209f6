import { type Fields, isFields } from "./json.ts";

/**
 * How a part of an object is merged (Kubernetes documentation, "Server-Side Apply", "Merge
 * strategy"). Where nothing is said, an object is merged member by member, and a list is replaced
 * as a whole.
 */
export interface MergeSchema {
  readonly members?: Readonly<Record<string, MergeSchema>>;
  /** Of every member that is not named. */
  readonly values?: MergeSchema;
  /** A list whose items are known by these members, or by themselves. */
  readonly list?: readonly string[] | "set";
  readonly items?: MergeSchema;
  /** An object that is replaced as a whole. */
  readonly atomic?: true;
}

const plain: MergeSchema = {};

/** The schema of one member. */
export function memberSchema(schema: MergeSchema, name: string): MergeSchema {
  return schema.members?.[name] ?? schema.values ?? plain;
}

/** The schema of a list's items. */
export function itemSchema(schema: MergeSchema): MergeSchema {
  return schema.items ?? plain;
}

/** What is known of a part by its members or items; undefined for what is replaced as a whole. */
export function partsOf(
  value: unknown,
  schema: MergeSchema,
): readonly (readonly [element: string, part: unknown, schema: MergeSchema])[] | undefined {
  if (Array.isArray(value)) {
    const { list } = schema;
    if (list === undefined) return undefined;
    const items = itemSchema(schema);
    return value.map((item: unknown) => [itemElement(item, list), item, items] as const);
  }
  if (!isFields(value) || schema.atomic === true) return undefined;
  return Object.entries(value).map(
    ([name, member]) => [`f:${name}`, member, memberSchema(schema, name)] as const,
  );
}

/** An item's path element as fieldsV1 writes it: `k:{"type":"Ready"}`, or `v:"IR"` in a set. */
export function itemElement(item: unknown, list: readonly string[] | "set"): string {
  if (list === "set") return `v:${JSON.stringify(item)}`;
  const members = isFields(item) ? item : {};
  return `k:${JSON.stringify(Object.fromEntries(list.map((key) => [key, members[key]])))}`;
}

/** The merge schema that a CRD's structural schema asks for. */
export function mergeSchemaOf(structural: Fields): MergeSchema {
  const listType = structural["x-kubernetes-list-type"];
  const keys = structural["x-kubernetes-list-map-keys"] as readonly string[] | undefined;
  const { properties, items, additionalProperties } = structural;
  return {
    ...(listType === "set" ? { list: "set" as const } : {}),
    ...(listType === "map" ? { list: keys?.toSorted() ?? [] } : {}),
    ...(structural["x-kubernetes-map-type"] === "atomic" ? { atomic: true as const } : {}),
    ...(isFields(items) ? { items: mergeSchemaOf(items) } : {}),
    ...(isFields(additionalProperties) ? { values: mergeSchemaOf(additionalProperties) } : {}),
    ...(isFields(properties)
      ? {
          members: Object.fromEntries(
            Object.entries(properties).map(([name, member]) => [
              name,
              mergeSchemaOf(member as Fields),
            ]),
          ),
        }
      : {}),
  };
}
