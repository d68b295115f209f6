import { type Finding, type StoredCondition, storedFinding } from "../api/findings.ts";
import type { Refusal } from "../runtime/effect-result.ts";

/**
 * The ChildrenApplied condition: whether the API server takes what the fleet's controller writes. It
 * quotes the server, since only its own words say which policy or quota is in the way. Of
 * what is secret, refusals come without them. Before the first try of this process, what was found
 * before holds.
 */
export function childrenApplied(
  refused: readonly Refusal[] | undefined,
  before: readonly StoredCondition[],
): Finding {
  const applied: Finding = {
    status: "True",
    reason: "Applied",
    message: "the API server took all that the fleet needs",
  };
  if (refused === undefined) return storedFinding(before, "ChildrenApplied") ?? applied;
  if (refused.length === 0) return applied;
  const refusals = refused.map(({ object, words }) => `${object}: ${words}`);
  return {
    status: "False",
    reason: "ServerRefuses",
    message: `the API server refuses ${refusals.join("; ")}. All else goes on, and it is tried again: change the policy, quota or object that prevents it`,
  };
}
