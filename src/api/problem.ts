import type { z } from "zod";

const longestValue = 80;

/** One fault of an object as a person reads it: field, value, and what the field must be. */
export function explainIssue(issue: z.core.$ZodIssue, object: unknown): string {
  const value = issue.path.reduce(member, object);
  const missing = value === undefined && issue.code !== "custom" ? " is missing" : "";
  return `${pathText(issue.path)}${missing}${shown(value)}: ${expected(issue)}`;
}

function member(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the object";
  return path
    .reduce<string>(
      (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
      "",
    )
    .replace(/^\./, "");
}

function shown(value: unknown): string {
  if (value === undefined || (typeof value === "object" && value !== null)) return "";
  const text = JSON.stringify(value);
  return ` ${text.length > longestValue ? `${text.slice(0, longestValue)}…` : text}`;
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case "invalid_union":
      return "must be a number or a text";
    case "too_big":
      return issue.origin === "array"
        ? `must have at most ${entries(issue.maximum)}`
        : `must be at most ${issue.maximum}`;
    case "too_small":
      return issue.origin === "array"
        ? `must have at least ${entries(issue.minimum)}`
        : `must be at least ${issue.minimum}`;
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
    case "custom":
    case "invalid_format":
    case "not_multiple_of":
    case "unrecognized_keys":
    case "invalid_key":
    case "invalid_element":
      return issue.message;
  }
}

function entries(count: number | bigint): string {
  return Number(count) === 1 ? "one entry" : `${count} entries`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text (in YAML, put quotes round it)",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "a map",
  array: "a list",
};
