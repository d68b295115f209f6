import { stripBookkeeping } from "../kubernetes/transform.ts";
import type { Pod } from "../kubernetes/objects.ts";

/** What is kept of a pod: all but its spec, the largest part, which nobody here reads. */
export function withoutSpec(pod: Pod): Pod {
  const { spec: _, ...kept } = stripBookkeeping(pod);
  return kept;
}
