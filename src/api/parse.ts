import { z } from "zod";
import { derived } from "../values/memoize.ts";
import { apiVersion } from "./common.ts";
import type { Kind } from "./kind.ts";
import { explainIssue } from "./problem.ts";

/** An object that was understood, or what is wrong with it: object, field, value and remedy. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/**
 * Makes the reader of one kind. Fields that the schema doesn't know are left out, members that are
 * null count as absent, and defaults are filled in, all as on the API server. A status that can't
 * be read counts as empty, since the operator writes it again.
 *
 * Each object is parsed once as long as it is in use: cached objects never change.
 */
export function parser<T>(kind: Kind): (raw: unknown) => Parsed<T> {
  const schema = schemaOf(kind);
  const parseOnce = derived((raw: object) => parse<T>(kind, schema, raw));
  return (raw) =>
    typeof raw === "object" && raw !== null ? parseOnce(raw) : parse<T>(kind, schema, raw);
}

function parse<T>(kind: Kind, schema: z.ZodObject, raw: unknown): Parsed<T> {
  const object = withoutNulls(raw);
  const parsed = schema.safeParse(object);
  if (!parsed.success) return { ok: false, problem: problemOf(kind, object, parsed.error.issues) };
  const status = kind.status.safeParse((object as { status?: unknown }).status);
  return { ok: true, value: { ...parsed.data, status: status.success ? status.data : {} } as T };
}

/** Most faults that are reported at once: a condition's message has a bound. */
const mostFaults = 5;

function problemOf(kind: Kind, object: unknown, issues: readonly z.core.$ZodIssue[]): string {
  const faults = issues.slice(0, mostFaults).map((issue) => explainIssue(issue, object));
  const more = issues.length > mostFaults ? [`and ${issues.length - mostFaults} more`] : [];
  return `${nameOf(kind, object)}: ${[...faults, ...more].join("; ")}`;
}

function schemaOf(kind: Kind): z.ZodObject {
  const namespace = kind.scope === "Namespaced" ? { namespace: z.string() } : {};
  return z.object({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind.kind),
    metadata: z.looseObject({ name: kind.name, ...namespace }),
    spec: kind.spec,
  });
}

function nameOf(kind: Kind, object: unknown): string {
  const { namespace, name } =
    (object as { metadata?: { namespace?: unknown; name?: unknown } } | undefined)?.metadata ?? {};
  const parts = [namespace, name].filter((part) => typeof part === "string");
  return parts.length === 0 ? kind.kind : `${kind.kind} ${parts.join("/")}`;
}

/**
 * The API server drops members that are null where null is not a value, so that their defaults come
 * in. Hardly any object has such.
 */
function withoutNulls(value: unknown): unknown {
  if (!holdsNull(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === null ? [] : [[key, withoutNulls(member)]],
    ),
  );
}

function holdsNull(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value)
    ? value.some(holdsNull)
    : Object.values(value).some((member) => member === null || holdsNull(member));
}
