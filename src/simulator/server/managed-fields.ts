import {
  type FieldSet,
  compare,
  difference,
  fieldsOf,
  isEmpty,
  noFields,
  union,
} from "./field-set.ts";
import { type Fields, isSame } from "./json.ts";
import type { MergeSchema } from "./merge-schema.ts";
import { merge, prune } from "./merge.ts";

/** One entry of `metadata.managedFields`. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: "FieldsV1";
  readonly fieldsV1: FieldSet;
  readonly subresource?: string;
}

/** Who writes, by which way. */
export type Writer = Omit<ManagedFields, "time" | "fieldsType" | "fieldsV1">;

/** What a write makes of an object's fields and of who owns them. */
export interface Owned {
  readonly object: Fields;
  readonly managedFields: readonly ManagedFields[];
}

/** A state that is written to. */
export interface State {
  readonly object: Fields;
  readonly managedFields: readonly ManagedFields[];
  readonly schema: MergeSchema;
  readonly time: string;
}

/**
 * Server-side apply, with force: the configuration's fields become the manager's own, and what it
 * had before and leaves out now goes, unless somebody else owns it too.
 */
export function applied(live: State, config: unknown, writer: Writer): Owned {
  const { schema, managedFields } = live;
  const merged = merge(live.object, config, schema);
  const own = managedFields.find((entry) => isWriter(entry, writer));
  const fields = fieldsOf(config, schema);
  const everybodys = managedFields.reduce(
    (set, entry) => (entry === own ? set : union(set, entry.fieldsV1)),
    fields,
  );
  const pruned =
    own === undefined ? merged : prune(merged, { last: own.fieldsV1, owned: everybodys }, schema);
  const object = (pruned ?? {}) as Fields;
  const { set, removed } = compare(live.object, object, schema);
  return { object, managedFields: owners(live, { writer, fields, taken: union(set, removed) }) };
}

/** A create, or a patch: what it changed becomes the writer's, and nobody else's. */
export function updated(before: State, object: Fields, writer: Writer): Owned {
  const { set, removed } = compare(before.object, object, before.schema);
  const own = before.managedFields.find((entry) => isWriter(entry, writer));
  const fields = difference(union(own?.fieldsV1 ?? noFields, set), removed);
  return { object, managedFields: owners(before, { writer, fields, taken: union(set, removed) }) };
}

/** Who owns what after a write: the writer its fields, and others what was not taken from them. */
function owners(
  { managedFields, time }: State,
  write: { readonly writer: Writer; readonly fields: FieldSet; readonly taken: FieldSet },
): readonly ManagedFields[] {
  const { writer, fields, taken } = write;
  const isNew = !managedFields.some((entry) => isWriter(entry, writer));
  const born: ManagedFields = { ...writer, time, fieldsType: "FieldsV1", fieldsV1: noFields };
  const entries = [...managedFields, ...(isNew ? [born] : [])].flatMap((entry) => {
    const fieldsV1 = isWriter(entry, writer) ? fields : difference(entry.fieldsV1, taken);
    if (isEmpty(fieldsV1)) return [];
    return [isSame(fieldsV1, entry.fieldsV1) ? entry : { ...entry, fieldsV1, time }];
  });
  return entries.toSorted(inOrder);
}

/** As the real server writes them: what was applied first, and then the oldest first. */
function inOrder(a: ManagedFields, b: ManagedFields): number {
  if (a.operation !== b.operation) return a.operation === "Apply" ? -1 : 1;
  return a.time === b.time ? compareText(a.manager, b.manager) : compareText(a.time, b.time);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isWriter(entry: ManagedFields, writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    entry.subresource === writer.subresource
  );
}
