import { withoutNotes } from "../kubernetes/transform.ts";
import type { Pod } from "../kubernetes/objects.ts";

/** What is kept of a pod: all but its spec, the largest part, which nobody here reads. */
export function withoutSpec(pod: Pod): Pod {
  const { spec: _, ...kept } = withoutNotes(pod);
  return kept;
}
