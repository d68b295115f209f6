import type { Finding } from "../api/findings.ts";
import { holdRolloutAnnotation } from "../api/names.ts";
import type { PodsView } from "../pods/view.ts";
import { formatInstant } from "../values/time.ts";
import type { Turn } from "./turns.ts";

/** What shows whether a fleet has the pods that this version of the operator makes. */
export interface RolloutView {
  /** What its pods wait for, where they do. */
  readonly waits: Extract<Turn, { kind: "waits" }> | undefined;
  /** Whether they were replaced last in the fleet's turn, and not because somebody asked for it. */
  readonly isInTurn: boolean;
}

const earlier = "its pods are those of an earlier version of the operator, and serve as before";
const soonerBy =
  "To replace them at once, change an annotation in spec.podMetadata.annotations of this fleet";

/** Said only while it is not so: how many fleets are before it changes too often to be said. */
export function podsCurrent(
  { waits, isInTurn }: RolloutView,
  { isReplacing, isOverdue, problem }: PodsView,
): Finding | undefined {
  if (waits !== undefined) return waiting(waits);
  if (!isInTurn || !isReplacing) return undefined;
  if (isOverdue)
    return {
      status: "False",
      reason: "RolloutStuck",
      message: `pods of this version of the operator don't become ready; those before it serve on, and other fleets go on: ${problem?.message ?? "see kubectl describe pod"}`,
    };
  return {
    status: "False",
    reason: "BeingReplaced",
    message: "pods are being replaced by those of this version of the operator, one at a time",
  };
}

function waiting({ because, opensAt }: Extract<Turn, { kind: "waits" }>): Finding {
  switch (because) {
    case "turn":
      return {
        status: "False",
        reason: "WaitsForTurn",
        message: `${earlier}. They are replaced when other fleets are done: a few go at a time. ${soonerBy}`,
      };
    case "window": {
      const when =
        opensAt === undefined
          ? "but none of these ever opens: correct them"
          : `which open at ${formatInstant(opensAt)}`;
      return {
        status: "False",
        reason: "OutsideWindows",
        message: `${earlier}. They are replaced inside spec.rotation.windows, ${when}. ${soonerBy}`,
      };
    }
    case "held":
      return {
        status: "False",
        reason: "RolloutHeld",
        message: `${earlier}. The fleet's annotation ${holdRolloutAnnotation} holds them: remove it to let them be replaced`,
      };
    case "heldForAll":
      return {
        status: "False",
        reason: "RolloutHeld",
        message: `${earlier}. Whoever runs the operator holds the pods of all fleets (--hold-rollouts; in the chart rollouts.hold). ${soonerBy}`,
      };
  }
}
