import type { ConditionReason } from "../api/reasons.ts";
import type { Deployment, Pod } from "../kubernetes/objects.ts";

/** What is known of a fleet's pods. */
export interface PodsView {
  readonly wanted: number;
  readonly replicas: number;
  readonly ready: number;
  /** Whether the Deployment has rolled out the latest pod template. */
  readonly isRolledOut: boolean;
  /** Whether pods of an earlier template are still to be replaced. */
  readonly isReplacing: boolean;
  /** Whether the Deployment itself has given up waiting for the new pods. */
  readonly isOverdue: boolean;
  readonly problem: PodProblem | undefined;
}

/** Why pods don't start (image, scheduling, crashes), in the kubelet's words. */
export interface PodProblem {
  readonly reason: ConditionReason;
  readonly message: string;
}

/** Waiting reasons of a container that don't pass by themselves, with what to do. */
const remedies: ReadonlyMap<string, { readonly reason: ConditionReason; readonly remedy: string }> =
  new Map([
    [
      "ErrImagePull",
      { reason: "ImagePullFailed", remedy: "check spec.image and its pull secrets" },
    ],
    [
      "ImagePullBackOff",
      { reason: "ImagePullFailed", remedy: "check spec.image and its pull secrets" },
    ],
    ["InvalidImageName", { reason: "ImagePullFailed", remedy: "correct spec.image" }],
    [
      "ErrImageNeverPull",
      {
        reason: "ImagePullFailed",
        remedy: "load the image on the node, or change spec.image.pullPolicy",
      },
    ],
    ["CrashLoopBackOff", { reason: "PodsCrash", remedy: "see kubectl logs of the pod" }],
    ["CreateContainerConfigError", { reason: "PodsCantStart", remedy: "see kubectl describe pod" }],
  ]);

/** What the fleet's Deployment and pods say, as one view. */
export function podsView(
  wanted: number,
  deployment: Deployment | undefined,
  pods: readonly Pod[],
): PodsView {
  const status = deployment?.status;
  const isObserved =
    deployment !== undefined && status?.observedGeneration === deployment.metadata.generation;
  const isRolledOut =
    isObserved &&
    (status?.updatedReplicas ?? 0) === (deployment.spec.replicas ?? 0) &&
    (status?.replicas ?? 0) === (status?.updatedReplicas ?? 0);
  return {
    wanted,
    replicas: status?.replicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    isRolledOut,
    isReplacing: isObserved && (status?.replicas ?? 0) > (status?.updatedReplicas ?? 0),
    isOverdue: isOverdue(deployment),
    problem: problemOf(pods) ?? notCreated(deployment),
  };
}

/** What the Deployment controller says after ten minutes without progress of a rollout. */
function isOverdue(deployment: Deployment | undefined): boolean {
  const progressing = deployment?.status?.conditions?.find(({ type }) => type === "Progressing");
  return progressing?.status === "False" && progressing.reason === "ProgressDeadlineExceeded";
}

/** The first problem that keeps a pod from starting. One that is on its way out has none. */
function problemOf(pods: readonly Pod[]): PodProblem | undefined {
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const problem = waiting(pod) ?? unschedulable(pod);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function waiting(pod: Pod): PodProblem | undefined {
  for (const { state, image } of pod.status?.containerStatuses ?? []) {
    const known = remedies.get(state?.waiting?.reason ?? "");
    if (known === undefined) continue;
    const words = state?.waiting?.message ?? state?.waiting?.reason ?? "";
    return {
      reason: known.reason,
      message: `pod ${pod.metadata.name} does not start with image ${image}: ${known.remedy} (${words})`,
    };
  }
  return undefined;
}

function unschedulable(pod: Pod): PodProblem | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status !== "False") return undefined;
  return {
    reason: "PodsUnschedulable",
    message: `pod ${pod.metadata.name} finds no node: ${scheduled.message ?? ""}. Check spec.scheduling, spec.resources and the nodes`,
  };
}

/**
 * A pod in which sessions may be open: one that serves, that is not ready any more, or that was told
 * to go and still keeps its people. Not one whose containers never started or have all ended.
 */
export function mayHoldSessions(pod: Pod): boolean {
  return pod.status?.phase !== "Pending" && !hasEnded(pod);
}

/** A pod whose containers have all ended, for good. */
export function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** No pod says why there is none: a quota, a policy or a webhook refuses it before it exists. */
function notCreated(deployment: Deployment | undefined): PodProblem | undefined {
  const failure = deployment?.status?.conditions?.find(({ type }) => type === "ReplicaFailure");
  if (failure?.status !== "True") return undefined;
  return {
    reason: "PodsNotCreated",
    message: `pods are refused before they exist: ${failure.message ?? failure.reason ?? ""}. Change the quota, policy or webhook that this names`,
  };
}

/** A pod that people may be sent to: ready, and not on its way out. */
export function isServingPod(pod: Pod): boolean {
  const ready =
    pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ??
    false;
  return ready && pod.metadata.deletionTimestamp === undefined;
}
