import { isSame } from "./json.ts";
import { type MergeSchema, partsOf } from "./merge-schema.ts";

/**
 * A set of fields as `metadata.managedFields` writes it (fieldsV1). A node without members stands
 * for itself; with members it does only where one of them is ".".
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

export const noFields: FieldSet = {};
const self: FieldSet = { ".": noFields };

function isMember(node: FieldSet): boolean {
  return "." in node || Object.keys(node).length === 0;
}

/** Whether a set as a whole holds nothing. At the root, a node without members is empty. */
export function isEmpty(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

/** The fields that an applied object has: leaves, and the items of lists that have a key. */
export function fieldsOf(value: unknown, schema: MergeSchema): FieldSet {
  const parts = partsOf(value, schema);
  if (parts === undefined || parts.length === 0) return noFields;
  const set: Record<string, FieldSet> = {};
  for (const [element, part, partSchema] of parts) {
    const inner = fieldsOf(part, partSchema);
    set[element] = element.startsWith("k:") ? { ...self, ...inner } : inner;
  }
  return set;
}

/** Every field of a value, its objects and lists themselves included: what came newly, or went. */
export function allFieldsOf(value: unknown, schema: MergeSchema): FieldSet {
  const parts = partsOf(value, schema);
  if (parts === undefined || parts.length === 0) return noFields;
  const set: Record<string, FieldSet> = { ...self };
  for (const [element, part, partSchema] of parts) set[element] = allFieldsOf(part, partSchema);
  return set;
}

/** All fields of both sets. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  const set: Record<string, FieldSet> = { ...a };
  for (const [element, inner] of Object.entries(b)) {
    const known = set[element];
    set[element] = known === undefined ? inner : unionOfNodes(known, inner);
  }
  return set;
}

function unionOfNodes(a: FieldSet, b: FieldSet): FieldSet {
  const both = union(a, b);
  const hasParts = Object.keys(both).some((element) => element !== ".");
  return hasParts && (isMember(a) || isMember(b)) ? { ...self, ...both } : both;
}

/** The fields of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return a;
  const set: Record<string, FieldSet> = {};
  for (const [element, inner] of Object.entries(a)) {
    if (element === ".") continue;
    const taken = b[element];
    const left = taken === undefined ? inner : differenceOfNodes(inner, taken);
    if (left !== undefined) set[element] = left;
  }
  return set;
}

/** What is left of a node; undefined where nothing is. */
function differenceOfNodes(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const parts = difference(a, b);
  const stays = isMember(a) && !isMember(b);
  const inner = Object.fromEntries(Object.entries(parts).filter(([element]) => element !== "."));
  if (stays) return Object.keys(inner).length === 0 ? noFields : { ...self, ...inner };
  return Object.keys(inner).length === 0 ? undefined : inner;
}

/** What a change of a value set (came or differs now), and what it took away. */
export interface Changed {
  readonly set: FieldSet;
  readonly removed: FieldSet;
}

const unchanged: Changed = { set: noFields, removed: noFields };

/** Compares two states of an object. */
export function compare(before: unknown, after: unknown, schema: MergeSchema): Changed {
  if (before === after) return unchanged;
  const old = new Map((partsOf(before, schema) ?? []).map(([element, part]) => [element, part]));
  const set: Record<string, FieldSet> = {};
  const removed: Record<string, FieldSet> = {};
  const seen = new Set<string>();
  for (const [element, part, partSchema] of partsOf(after, schema) ?? []) {
    seen.add(element);
    const changed = old.has(element)
      ? compareParts(old.get(element), part, partSchema)
      : { set: allFieldsOf(part, partSchema) };
    if (changed.set !== undefined) set[element] = changed.set;
    if (changed.removed !== undefined) removed[element] = changed.removed;
  }
  for (const [element, part, partSchema] of partsOf(before, schema) ?? [])
    if (!seen.has(element)) removed[element] = allFieldsOf(part, partSchema);
  return { set, removed };
}

function compareParts(before: unknown, after: unknown, schema: MergeSchema): Partial<Changed> {
  if (before === after) return {};
  if (partsOf(before, schema) === undefined || partsOf(after, schema) === undefined)
    return isSame(before, after) ? {} : { set: noFields };
  const { set, removed } = compare(before, after, schema);
  return { ...(isEmpty(set) ? {} : { set }), ...(isEmpty(removed) ? {} : { removed }) };
}
