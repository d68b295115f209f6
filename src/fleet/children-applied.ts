import { type Finding, type StoredCondition, storedFinding } from "../api/findings.ts";
import type { Contest, Refusal } from "../runtime/effect-result.ts";

/** What is in the way of a fleet's children. */
export interface ChildTrouble {
  /** What the API server refused in the pass before; undefined before the first one. */
  readonly refused: readonly Refusal[] | undefined;
  /** What others change again and again. */
  readonly contested: readonly Contest[];
  /** Why the key that links to share pages follow from is not known, in words; empty: it is. */
  readonly shareKeyTrouble: string;
}

/**
 * The ChildrenApplied condition: whether the API server takes what the fleet's controller writes. It
 * quotes the server, since only its own words say which policy or quota is in the way. Of what is
 * secret, refusals come without them. Without its key, a share Secret is not written at all. Before
 * the first try of this process, what was found before holds.
 */
export function childrenApplied(
  { refused, contested, shareKeyTrouble }: ChildTrouble,
  before: readonly StoredCondition[],
): Finding {
  const applied: Finding = {
    status: "True",
    reason: "Applied",
    message: "the API server took all that the fleet needs",
  };
  if (refused === undefined) return storedFinding(before, "ChildrenApplied") ?? applied;
  if (refused.length === 0)
    return left(contested) ?? (shareKeyTrouble === "" ? applied : frozen(shareKeyTrouble));
  const refusals = refused.map(({ object, words }) => `${object}: ${words}`);
  return {
    status: "False",
    reason: "ServerRefuses",
    message: `the API server refuses ${refusals.join("; ")}. All else goes on, and it is tried again: change the policy, quota or object that prevents it`,
  };
}

/** Others have their way for a while: to set it back each time would be a fight without end. */
function left(contested: readonly Contest[]): Finding | undefined {
  if (contested.length === 0) return undefined;
  const whats = contested.map(({ object, writers, fields }) => {
    const who = writers.length === 0 ? "somebody" : writers.join(", ");
    return `${who} changes ${fields.join(", ") || "fields"} of ${object} again and again`;
  });
  const scales = contested.some(({ fields }) => fields.includes("spec.replicas"));
  const remedy = scales
    ? "An autoscaler must have the WhatsAppProxy for its target (scaleTargetRef), and not its Deployment"
    : "Let whoever it is leave this object alone, and change the WhatsAppProxy";
  return {
    status: "False",
    reason: "ChangedByOthers",
    message: `${whats.join("; ")}, so that it is set back more and more seldom. ${remedy}`,
  };
}

function frozen(trouble: string): Finding {
  return {
    status: "False",
    reason: "ShareKeyUnknown",
    message: `links, pages and names may not follow a move: ${trouble}. It is tried again`,
  };
}
