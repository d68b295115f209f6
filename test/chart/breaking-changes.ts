/** A node of a structural schema. */
export interface StructuralSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly items?: StructuralSchema;
  readonly additionalProperties?: StructuralSchema;
}

/**
 * What of a schema would be refused, dropped or read in another way under a later one. Rules (CEL,
 * patterns, bounds) are not compared.
 */
export function breakingChanges(
  old: StructuralSchema,
  now: StructuralSchema,
  path = "spec",
): readonly string[] {
  return [
    ...(old.type === now.type ? [] : [`${path} was ${old.type} and is ${now.type}`]),
    ...(keeps(old.default, now.default)
      ? []
      : [`the default of ${path} was ${text(old.default)} and is ${text(now.default)}`]),
    ...lost(old.enum, now.enum).map((value) => `${path} can't be ${text(value)} any more`),
    ...newlyRequired(old, now).map((name) => `${path}.${name} is required and was not`),
    ...inner(old, now, path),
  ];
}

/** A field that is new brings its own default into that of what is around it. */
function keeps(old: unknown, now: unknown): boolean {
  if (!isFields(old) || !isFields(now)) return same(old, now);
  return Object.entries(old).every(([name, value]) => keeps(value, now[name]));
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inner(old: StructuralSchema, now: StructuralSchema, path: string): readonly string[] {
  const fields = Object.entries(old.properties ?? {}).flatMap(([name, node]) =>
    pair(node, now.properties?.[name], `${path}.${name}`),
  );
  return [
    ...fields,
    ...pair(old.items, now.items, `${path}[]`),
    ...pair(old.additionalProperties, now.additionalProperties, `${path}.*`),
  ];
}

function pair(
  old: StructuralSchema | undefined,
  now: StructuralSchema | undefined,
  path: string,
): readonly string[] {
  if (old === undefined) return [];
  return now === undefined ? [`${path} is gone`] : breakingChanges(old, now, path);
}

/** Values that were possible and are not. */
function lost(old: StructuralSchema["enum"], now: StructuralSchema["enum"]): readonly unknown[] {
  if (now === undefined) return [];
  return old === undefined ? ["any value"] : old.filter((value) => !now.includes(value));
}

/** With a default a field may be required: the API server fills it in first. */
function newlyRequired(old: StructuralSchema, now: StructuralSchema): readonly string[] {
  return (now.required ?? []).filter(
    (name) =>
      old.required?.includes(name) !== true && now.properties?.[name]?.default === undefined,
  );
}

const text = (value: unknown) => (value === undefined ? "none" : JSON.stringify(value));
const same = (a: unknown, b: unknown) => text(a) === text(b);
