import { type Input, Output } from "@pulumi/pulumi";

type Leaf = string | number | boolean | null | undefined;

/** A plain type whose every part may be an output of another resource, at any depth. */
export type Inputs<T> = [T] extends [Leaf]
  ? Input<T>
  : T extends readonly (infer Item)[]
    ? Input<readonly Inputs<Item>[]>
    : Input<{ readonly [Key in keyof T]: Inputs<T[Key]> }>;

/**
 * The same for values that decide which resources there are: switches stay plain, since a preview
 * must know the resources before anything exists. What is inside of a section, or stands alone, may
 * be an output.
 */
export type ValueInputs<T> = {
  readonly [Key in keyof T]?: Key extends "watchNamespaces" | "fleets" | "receivers"
    ? T[Key]
    : ValueInput<NonNullable<T[Key]>>;
};

type ValueInput<T> = [T] extends [boolean]
  ? T
  : [T] extends [string | number | readonly unknown[]]
    ? Inputs<T>
    : string extends keyof T
      ? Inputs<T>
      : ValueInputs<T>;

/** Whether a value is known now: no part of it, at any depth, is an output or a promise. */
export function isKnown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Output.isInstance(value) || value instanceof Promise) return false;
  return Object.values(value).every(isKnown);
}

/** What is known now of a map of maps. Lists that are known in part are left out as a whole. */
export function knownPart(map: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) =>
      isKnown(value) ? [[key, value]] : partOf(key, value),
    ),
  );
}

function partOf(key: string, value: unknown): [string, unknown][] {
  const isMap =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !Output.isInstance(value) &&
    !(value instanceof Promise);
  return isMap ? [[key, knownPart(value)]] : [];
}
