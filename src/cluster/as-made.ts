import { appliedMarks } from "../api/names.ts";
import { covers, hashOfObject } from "../kubernetes/difference.ts";
import type { KubeObject } from "../kubernetes/objects.ts";

/** Whether a live object has all that is desired of it, and was made from these very fields. */
export function isAsMade(live: KubeObject, desired: KubeObject): boolean {
  const isOfSameFields = live.metadata.annotations?.[appliedMarks.hash] === hashOfObject(desired);
  return isOfSameFields && covers(live, desired);
}
