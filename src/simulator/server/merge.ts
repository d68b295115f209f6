import type { FieldSet } from "./field-set.ts";
import { isFields, isSame } from "./json.ts";
import {
  type MergeSchema,
  itemElement,
  itemSchema,
  memberSchema,
  partsOf,
} from "./merge-schema.ts";

/** Lays an applied configuration over the live object. What does not change stays the same object. */
export function merge(live: unknown, config: unknown, schema: MergeSchema): unknown {
  if (config === undefined || config === null) return live;
  if (Array.isArray(config)) return mergeLists(live, config, schema);
  if (!isFields(config) || !isFields(live) || schema.atomic === true)
    return isSame(live, config) ? live : config;
  const result: Record<string, unknown> = { ...live };
  let isChanged = false;
  for (const [name, value] of Object.entries(config)) {
    const merged = merge(live[name], value, memberSchema(schema, name));
    if (merged === live[name] && name in live) continue;
    if (merged !== undefined) result[name] = merged;
    isChanged = true;
  }
  return isChanged ? result : live;
}

/**
 * Items come in the configuration's order; those that only the live list has stay before the next
 * one that both have.
 */
function mergeLists(live: unknown, config: readonly unknown[], schema: MergeSchema): unknown {
  const { list } = schema;
  if (list === undefined || !Array.isArray(live)) return isSame(live, config) ? live : config;
  const old = new Map(live.map((item: unknown) => [itemElement(item, list), item]));
  const items = itemSchema(schema);
  const wanted = config.map((item) => {
    const element = itemElement(item, list);
    return [element, old.has(element) ? merge(old.get(element), item, items) : item] as const;
  });
  const isWanted = new Set(wanted.map(([element]) => element));
  const result: unknown[] = [];
  let next = 0;
  for (const [element, item] of old) {
    if (!isWanted.has(element)) result.push(item);
    else {
      const place = wanted.findIndex(([each], index) => index >= next && each === element);
      if (place >= 0)
        result.push(...wanted.slice(next, (next = place + 1)).map(([, each]) => each));
    }
  }
  result.push(...wanted.slice(next).map(([, item]) => item));
  return isSame(live, result) ? live : result;
}

/**
 * Takes away the fields that a manager had (`last`) and that nobody owns now (`owned` holds those of
 * all managers). An object or a list that loses its last member goes with it.
 */
export function prune(
  value: unknown,
  { last, owned }: { readonly last: FieldSet; readonly owned: FieldSet | undefined },
  schema: MergeSchema,
): unknown {
  const kept: (readonly [element: string, part: unknown])[] = [];
  let isChanged = false;
  for (const [element, part, partSchema] of partsOf(value, schema) ?? []) {
    const inner = last[element];
    const left =
      inner === undefined
        ? part
        : prunePart(part, { last: inner, owned: owned?.[element] }, partSchema);
    if (left !== part) isChanged = true;
    if (left !== undefined) kept.push([element, left]);
  }
  if (!isChanged) return value;
  if (kept.length === 0) return undefined;
  if (Array.isArray(value)) return kept.map(([, part]) => part);
  return Object.fromEntries(kept.map(([element, part]) => [element.slice("f:".length), part]));
}

function prunePart(
  part: unknown,
  fields: { readonly last: FieldSet; readonly owned: FieldSet | undefined },
  schema: MergeSchema,
): unknown {
  const { last, owned } = fields;
  const isMember = "." in last || Object.keys(last).length === 0;
  if (owned === undefined && isMember) return undefined;
  return prune(part, fields, schema);
}
