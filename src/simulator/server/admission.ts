import type { z } from "zod";
import type { Kind } from "../../api/kind.ts";
import { type Fields, isFields, isSame } from "./json.ts";

/** What a CRD does to an object that is written: unknown fields go, defaults come, rules refuse. */
export interface Admission {
  readonly complete: (object: Fields, before: Fields | undefined) => Fields;
  /** Why the server refuses this state; undefined where it takes it. */
  readonly refusal: (change: Change) => string | undefined;
}

interface Change {
  readonly before: Fields | undefined;
  readonly after: Fields;
  readonly part: "spec" | "status";
}

/** Rules of ours that compare with the state before, by their CEL text. */
const transitions: Readonly<Record<string, (old: unknown, value: unknown) => boolean>> = {
  "self == oldSelf": isSame,
  "!has(oldSelf.address) || (has(self.address) && self.address == oldSelf.address)": (old, value) =>
    member(old, "address") === undefined || member(old, "address") === member(value, "address"),
  "has(self.loadBalancerClass) == has(oldSelf.loadBalancerClass) && (!has(self.loadBalancerClass) || self.loadBalancerClass == oldSelf.loadBalancerClass)":
    (old, value) => member(old, "loadBalancerClass") === member(value, "loadBalancerClass"),
  "oldSelf.want != 'Quarantine' || self.want == 'Quarantine'": (old, value) =>
    member(old, "want") !== "Quarantine" || member(value, "want") === "Quarantine",
};

function member(value: unknown, name: string): unknown {
  return isFields(value) ? value[name] : undefined;
}

const parts = ["spec", "status"] as const;

/** What the CRD of one kind of ours does. */
export function admissionOf(kind: Kind, structural: Fields): Admission {
  const schemas = { spec: kind.spec, status: kind.status };
  return {
    complete: (object, before) => ({
      ...known(object),
      ...completedParts(object, before, structural),
    }),
    refusal: ({ before, after, part }) =>
      rulesBroken(before?.[part], after[part], propertyOf(structural, part)) ??
      invalid(schemas[part], after[part], part) ??
      (kind.name.safeParse(member(after["metadata"], "name")).success
        ? undefined
        : "metadata.name is not allowed"),
  };
}

function invalid(schema: z.ZodType, value: unknown, part: string): string | undefined {
  if (part === "status" && value === undefined) return undefined;
  const { error } = schema.safeParse(value ?? {});
  return error?.issues
    .map(({ path, message }) => `${[part, ...path].join(".")}: ${message}`)
    .join("; ");
}

function propertyOf(structural: unknown, name: string): Fields {
  const property = member(member(structural, "properties"), name);
  return isFields(property) ? property : {};
}

/** Our kinds have these members, and no others. */
function known({ apiVersion, kind, metadata, spec, status }: Fields): Fields {
  const given = Object.entries({ spec, status }).filter(([, part]) => part !== undefined);
  return { apiVersion, kind, metadata, ...Object.fromEntries(given) };
}

/** Only what has changed: the rest is complete already. */
function completedParts(object: Fields, before: Fields | undefined, structural: Fields): Fields {
  const changed = parts.filter(
    (part) => object[part] !== undefined && object[part] !== before?.[part],
  );
  return Object.fromEntries(
    changed.map((part) => [part, completed(object[part], propertyOf(structural, part))]),
  );
}

/** Without unknown fields, and with defaults. What is complete already is shared. */
function completed(value: unknown, structural: Fields): unknown {
  const { properties, items, additionalProperties } = structural;
  if (Array.isArray(value)) {
    if (!isFields(items)) return value;
    const result = value.map((item) => completed(item, items));
    return result.every((item, index) => item === value[index]) ? value : result;
  }
  if (!isFields(value)) return value;
  if (isFields(properties)) return completedMembers(value, properties);
  if (!isFields(additionalProperties)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, completed(each, additionalProperties)]),
  );
}

function completedMembers(value: Fields, properties: Fields): Fields {
  const result: Record<string, unknown> = {};
  let shared = 0;
  for (const [name, property] of Object.entries(properties)) {
    const given = value[name] ?? member(property, "default");
    if (given === undefined) continue;
    result[name] = completed(given, property as Fields);
    if (result[name] === value[name]) shared++;
  }
  const isShared = shared === Object.keys(result).length && shared === Object.keys(value).length;
  return isShared ? value : result;
}

/** The first rule that compares with the state before and does not hold. */
function rulesBroken(before: unknown, after: unknown, structural: Fields): string | undefined {
  if (before === undefined || after === undefined || before === after) return undefined;
  for (const { rule, message } of rulesOf(structural)) {
    if (!rule.includes("oldSelf")) continue;
    const holds = transitions[rule];
    if (holds === undefined)
      throw new Error(`the simulated API server does not know the rule ${rule}`);
    if (!holds(before, after)) return message;
  }
  for (const name of Object.keys(
    isFields(structural["properties"]) ? structural["properties"] : {},
  )) {
    const broken = rulesBroken(
      member(before, name),
      member(after, name),
      propertyOf(structural, name),
    );
    if (broken !== undefined) return broken;
  }
  return undefined;
}

function rulesOf(
  structural: Fields,
): readonly { readonly rule: string; readonly message: string }[] {
  return (structural["x-kubernetes-validations"] ?? []) as { rule: string; message: string }[];
}
