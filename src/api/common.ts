import { z } from "zod";
import { present } from "../values/present.ts";
import { matching, withRules } from "./validation-rule.ts";

const dnsLabelPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const dnsNamePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const day =
  "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))";
const time =
  "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
const timestampPattern = new RegExp(`^[0-9]{4}-${day}T${time}$`);

/**
 * A text of at most `max` characters, counted as the API server counts them (Unicode code points,
 * not UTF-16 units).
 */
export function line(max: number, min = 0): z.ZodString {
  const schema = z.string().refine((value) => fits(Array.from(value).length, min, max), {
    error: `must have ${min > 0 ? `${min} to ` : "at most "}${max} characters`,
  });
  return schema.meta(present({ maxLength: max, minLength: min > 0 ? min : undefined }));
}

/** A whole number between two bounds, both included. */
export function integer(min: number, max: number): z.ZodInt {
  return z
    .int()
    .min(min)
    .max(max)
    .meta({ format: max < 2 ** 31 ? "int32" : "int64" });
}

/** A TCP port. */
export function port(): z.ZodInt {
  return integer(1, 65_535);
}

/** One DNS label (RFC 1123), at most 63 characters. */
export function dnsLabel(max = 63): z.ZodString {
  return withRules(
    line(max, 1),
    matching(
      dnsLabelPattern,
      "must be a DNS label: small letters, digits and '-', beginning and ending with a letter or digit",
    ),
  );
}

/**
 * The name of a Kubernetes object: DNS labels joined by dots (RFC 1123), at most 253 characters.
 */
export function objectName(): z.ZodString {
  return withRules(
    line(253, 1),
    matching(
      dnsNamePattern,
      "must be a name of small letters, digits, '-' and '.', beginning and ending with a letter or digit",
    ),
  );
}

/**
 * A point in time, RFC 3339. It has no `format: date-time`, since the API server accepts lists for
 * a text of that format (seen with Kubernetes 1.36: `drainUntil: [null]` is stored).
 */
export function timestamp(): z.ZodString {
  return withRules(
    line(40),
    matching(timestampPattern, "must be a time such as 2026-11-23T02:14:00Z"),
  );
}

/** A country, ISO 3166-1 alpha-2. */
export function country(): z.ZodString {
  return withRules(
    line(2),
    matching(
      /^[A-Z]{2}$/,
      'must be a country code of two capital letters (ISO 3166-1), such as IR; in YAML write Norway as "NO", with quotes',
    ),
  );
}

/**
 * How the API server merges a list: as one piece, as a set of values, or as objects distinguished
 * by keys.
 */
export type ListType =
  | { readonly type: "atomic" }
  | { readonly type: "set" }
  | { readonly type: "map"; readonly keys: readonly string[] };

/** A bounded list; members of a set, and keys of a map list, may not repeat. */
export function list<T extends z.ZodType>(
  item: T,
  max: number,
  { min = 0, ...merge }: ListType & { readonly min?: number } = { type: "atomic" },
): z.ZodArray<T> {
  const bounded = min > 0 ? z.array(item).min(min).max(max) : z.array(item).max(max);
  const keys = merge.type === "map" ? { "x-kubernetes-list-map-keys": [...merge.keys] } : {};
  return bounded
    .refine((items) => merge.type === "atomic" || isDistinct(items, merge), {
      error: "must not name the same entry twice",
    })
    .meta({ "x-kubernetes-list-type": merge.type, ...keys });
}

/** A bounded map from text to values. */
export function map<T extends z.ZodType>(
  value: T,
  maxProperties: number,
): z.ZodRecord<z.ZodString, T> {
  return z
    .record(z.string(), value)
    .refine((entries) => Object.keys(entries).length <= maxProperties, {
      error: `must have at most ${maxProperties} entries`,
    })
    .meta({ maxProperties });
}

function fits(length: number, min: number, max: number): boolean {
  return length >= min && length <= max;
}

function isDistinct(items: readonly unknown[], merge: ListType): boolean {
  const keyOf = (item: unknown): string =>
    JSON.stringify(
      merge.type === "map" ? merge.keys.map((key) => (item as Record<string, unknown>)[key]) : item,
    );
  return items.length < 2 || new Set(items.map(keyOf)).size === items.length;
}
