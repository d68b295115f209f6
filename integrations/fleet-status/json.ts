/** Whatever stands in an object's status: an older or newer operator may have written it. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none where it is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

/** The objects of a list. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A time as Kubernetes writes it. */
export function timeOf(value: unknown): Date | undefined {
  const time = new Date(textOf(value) ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((each) => textOf(each) ?? []) : [];
}
