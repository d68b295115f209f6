import type { CustomObject } from "../kubernetes/objects.ts";
import type { StoredCondition } from "./findings.ts";

/** A status as it is stored: also of an object that this version can't read. */
export interface StoredStatus {
  readonly status: Readonly<Record<string, unknown>>;
  readonly conditions: readonly StoredCondition[];
}

/**
 * Reads no more of a status than that. Whoever writes the status of an object that can't be read
 * keeps the rest of it: a server-side apply takes away what it leaves out.
 */
export function storedStatus({ status: stored }: CustomObject): StoredStatus {
  const status = isObject(stored) ? stored : {};
  const { conditions } = status;
  return { status, conditions: Array.isArray(conditions) ? conditions.filter(isCondition) : [] };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCondition(value: unknown): value is StoredCondition {
  return isObject(value) && typeof value["type"] === "string";
}
