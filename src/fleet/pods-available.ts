import type { Finding } from "../api/findings.ts";
import type { PodsView } from "../pods/view.ts";

/**
 * Said only while it is not so: a pod does not start. While others serve, nobody is cut off, and a
 * pod that waits for a node after a fleet was scaled up is no fault of the fleet.
 */
export function podsAvailable({ problem, ready, wanted }: PodsView): Finding | undefined {
  if (problem === undefined) return undefined;
  const message = `${ready} of ${wanted} pods are ready: ${problem.message}`;
  return { status: "False", reason: problem.reason, message };
}

/**
 * What no waiting mends: no pod serves, or what was asked for never comes, since the pods that
 * should replace others don't start. A node may still be on its way, until the Deployment itself
 * gives up.
 */
export function podsStalled(pods: PodsView): Finding | undefined {
  const { problem, ready, isReplacing, isOverdue } = pods;
  if (problem === undefined) return undefined;
  const mayPass = problem.reason === "PodsUnschedulable" && !isOverdue;
  const isStuck = isReplacing && !mayPass;
  return ready === 0 || isStuck ? { status: "True", ...problem } : undefined;
}
