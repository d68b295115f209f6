import { type Finding, type StoredCondition, storedFinding } from "../api/findings.ts";
import type { Refusal } from "../runtime/effect-result.ts";

/** What is in the way of a fleet's children. */
export interface ChildTrouble {
  /** What the API server refused in the pass before; undefined before the first one. */
  readonly refused: readonly Refusal[] | undefined;
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
  { refused, shareKeyTrouble }: ChildTrouble,
  before: readonly StoredCondition[],
): Finding {
  const applied: Finding = {
    status: "True",
    reason: "Applied",
    message: "the API server took all that the fleet needs",
  };
  if (refused === undefined) return storedFinding(before, "ChildrenApplied") ?? applied;
  if (refused.length === 0) return shareKeyTrouble === "" ? applied : frozen(shareKeyTrouble);
  const refusals = refused.map(({ object, words }) => `${object}: ${words}`);
  return {
    status: "False",
    reason: "ServerRefuses",
    message: `the API server refuses ${refusals.join("; ")}. All else goes on, and it is tried again: change the policy, quota or object that prevents it`,
  };
}

function frozen(trouble: string): Finding {
  return {
    status: "False",
    reason: "ShareKeyUnknown",
    message: `links, pages and names may not follow a move: ${trouble}. It is tried again`,
  };
}
