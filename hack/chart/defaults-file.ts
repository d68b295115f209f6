import { stringify } from "yaml";
import { isSection, type SchemaNode } from "./schema.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * The defaults that a template puts where a value is missing, as after `helm upgrade
 * --reuse-values` from an older chart. A map that is a single value and has members, such as
 * `resources`, is left out: null is how a person empties it, and Helm takes it out of the values
 * then.
 */
export function defaultsFile(heading: string, schema: SchemaNode, defaults: object): string {
  return `${heading}\n${stringify(fillable(schema, defaults), { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function fillable(node: SchemaNode, defaults: object): Values {
  const members = Object.entries(defaults).flatMap(([name, value]: [string, unknown]) => {
    const member = node.properties?.[name];
    if (!isMap(value) || Object.keys(value).length === 0) return [[name, value] as const];
    return member !== undefined && isSection(member)
      ? [[name, fillable(member, value)] as const]
      : [];
  });
  return Object.fromEntries(members);
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
