import type { Parsed } from "../../src/api/parse.ts";

/** The value of an object that must be valid. @throws with what is wrong with it */
export function valueOf<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}
