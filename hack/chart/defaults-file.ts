import { stringify } from "yaml";
import { isSection, type SchemaNode } from "./schema.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * The defaults that a template puts where a value is missing, as after `helm upgrade
 * --reuse-values` from an older chart. Maps that are single values, such as `resources`, are left
 * out: null is how a person empties one of them, and Helm leaves it out of the values then.
 */
export function defaultsFile(heading: string, schema: SchemaNode, defaults: object): string {
  return `${heading}\n${stringify(withoutMaps(schema, defaults), { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function withoutMaps(node: SchemaNode, defaults: object): Values {
  const members = Object.entries(defaults).flatMap(([name, value]: [string, unknown]) => {
    const member = node.properties?.[name];
    if (!isMap(value)) return [[name, value] as const];
    return member !== undefined && isSection(member)
      ? [[name, withoutMaps(member, value)] as const]
      : [];
  });
  return Object.fromEntries(members);
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
