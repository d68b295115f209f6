import { z } from "zod";

/** A node of the values' JSON Schema. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

/**
 * The JSON Schema of values (draft 7, the one that every Helm reads). Members that are not known
 * are refused.
 */
export function jsonSchema(values: z.ZodType): SchemaNode {
  return z.toJSONSchema(values, { target: "draft-7", io: "input", reused: "inline" }) as SchemaNode;
}

/**
 * The members of an object that have fields of their own, such as `image`; others are single
 * values, even if those are maps.
 */
export function isSection(
  node: SchemaNode,
): node is SchemaNode & { properties: Readonly<Record<string, SchemaNode>> } {
  return node.properties !== undefined;
}

/** Members that are there only for charts that include this one: they have no default. */
export function isForParents(node: SchemaNode): boolean {
  return node.default === undefined && !isSection(node);
}
