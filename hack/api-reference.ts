import { apiVersion } from "../src/api/names.ts";
import { crdOf } from "../src/api/crd.ts";
import type { Kind } from "../src/api/kind.ts";

const opening = `<!-- Made by \`make gen\` from src/api. Edit the schemas there, not this file. -->

# API reference

Every field of every kind, as \`kubectl explain\` shows it, with its type and its default. Fields marked as **required** must be set.
`;

/** A node of a structural schema: what of it a person reads. */
interface Field {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Field>>;
  readonly items?: Field;
  readonly additionalProperties?: Field;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-validations"?: readonly { readonly message?: string }[];
}

/** docs/api.md: a list of fields for each kind, from the same schemas as the CRDs. */
export function apiReference(kinds: readonly Kind[]): string {
  return [opening, ...kinds.map(chapter)].join("\n");
}

function chapter(kind: Kind): string {
  const { versions } = crdOf(kind).spec as {
    versions: readonly [{ schema: { openAPIV3Schema: Field } }];
  };
  const schema = versions[0].schema.openAPIV3Schema;
  const { spec = {}, status = {} } = schema.properties ?? {};
  const facts = `\`${apiVersion}\`, ${kind.scope === "Cluster" ? "of the whole cluster" : "in a namespace"}, short name \`${kind.shortName}\`.`;
  const rules = (schema["x-kubernetes-validations"] ?? []).flatMap(({ message }) =>
    message === undefined ? [] : [sentence(message)],
  );
  return [
    `## ${kind.kind}\n`,
    `${[schema.description, facts, ...rules].join(" ")}\n`,
    ...section("spec", spec),
    ...section("status", status),
  ].join("\n");
}

function section(name: "spec" | "status", node: Field): string[] {
  const fields = fieldsOf(node, `${name}.`, name === "spec");
  if (fields.length === 0) return [];
  const rules = rulesOf(node).map((rule) => `- ${rule}`);
  return [
    `### ${name}\n`,
    ...(rules.length > 0 ? [`Rules:\n\n${rules.join("\n")}\n\nFields:\n`] : []),
    `${fields.join("\n")}\n`,
  ];
}

/** A line for each field, its own fields after it. */
function fieldsOf(node: Field, prefix: string, isAsked: boolean): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const { inner, suffix } = innermost(field);
    const isRequired =
      isAsked && (node.required?.includes(name) ?? false) && field.default === undefined;
    const words = [wordsOf(field), ...choicesOf(inner), ...rulesOf(field)]
      .filter((text) => text !== "")
      .join(" ");
    const facts = [typeOf(field), isRequired ? "**required**" : shown(field.default)]
      .filter((text) => text !== "")
      .join(", ");
    return [`- \`${path}\` (${facts}): ${words}`, ...fieldsOf(inner, `${path}${suffix}.`, isAsked)];
  });
}

/** What a list or a map holds in the end, and how its place is written in a path. */
function innermost(field: Field): { inner: Field; suffix: string } {
  const held = field.items ?? field.additionalProperties;
  if (held === undefined) return { inner: field, suffix: "" };
  const { inner, suffix } = innermost(held);
  return { inner, suffix: `${field.items === undefined ? ".*" : "[]"}${suffix}` };
}

function typeOf(field: Field): string {
  if (field["x-kubernetes-int-or-string"] === true) return "number or text";
  if (field.items !== undefined) return `list of ${typeOf(field.items)}`;
  if (field.additionalProperties !== undefined)
    return `map to ${typeOf(field.additionalProperties)}`;
  return field.type === "string" ? "text" : (field.type ?? "");
}

/** Defaults of objects stand at their fields. */
function shown(value: unknown): string {
  if (value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value)))
    return "";
  return `default \`${JSON.stringify(value)}\``;
}

/** A description without its default, where that stands beside the type. */
function wordsOf({ description = "", default: value }: Field): string {
  return shown(value) === "" ? description : description.replace(/ Default: .*?[.](?= |$)/, "");
}

function choicesOf({ enum: choices }: Field): string[] {
  return choices === undefined
    ? []
    : [`One of ${choices.map((choice) => `\`${String(choice)}\``).join(", ")}.`];
}

/**
 * Rules whose message is made at run time are left out: they say something only about a given
 * value.
 */
function rulesOf(field: Field): string[] {
  const held = field.items ?? field.additionalProperties;
  const own = (field["x-kubernetes-validations"] ?? []).flatMap(({ message }) =>
    message === undefined ? [] : [sentence(message)],
  );
  return held === undefined ? own : [...own, ...rulesOf(held)];
}

function sentence(text: string): string {
  const words = text.replace(/^metadata[.]name /, "its name ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
