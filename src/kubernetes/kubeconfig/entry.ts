import type { z } from "zod";
import { ConnectionError } from "../errors.ts";

/** Where something of a kubeconfig is written. */
export interface Place {
  /** Path of the file, or what stands in its place. */
  readonly file: string;
  /** The context that is used; undefined where none is chosen yet. */
  readonly context: string | undefined;
  /** As in `users["admin"].user.token`. */
  readonly field: string;
}

/** A kubeconfig can't be used: it says in which file and field, and what to do. */
export class KubeconfigError extends ConnectionError {
  readonly place: Place;

  constructor(place: Place, problem: string, options?: ErrorOptions) {
    const { file, context, field } = place;
    const chosen = context === undefined ? "" : `, context "${context}"`;
    super(`kubeconfig ${file}${chosen}: ${field}: ${problem}`, options);
    this.place = place;
  }
}

/** A cluster, user or context of a kubeconfig, and where it is written. */
export class Entry<T> {
  readonly value: T;
  readonly place: Place;

  constructor(value: T, place: Place) {
    this.value = value;
    this.place = place;
  }

  /**
   * The error for one of its fields. A problem never repeats a value, which may be a secret, unless
   * it is a path or an address.
   */
  wrong(field: string, problem: string, options?: ErrorOptions): KubeconfigError {
    const place = { ...this.place, field: `${this.place.field}.${field}` };
    return new KubeconfigError(place, problem, options);
  }
}

/** Reads what is written at a place. @throws KubeconfigError for a field of another type */
export function parsedEntry<T>(schema: z.ZodType<T>, written: unknown, place: Place): Entry<T> {
  const read = schema.safeParse(written ?? {});
  if (read.success) return new Entry(read.data, place);
  const [issue] = read.error.issues;
  const field = [place.field, ...(issue?.path ?? [])].join(".");
  throw new KubeconfigError({ ...place, field }, issue?.message ?? "can't be read");
}
