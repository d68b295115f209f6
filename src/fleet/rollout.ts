import type { WhatsAppProxy } from "../api/fleet.ts";
import { holdRolloutAnnotation, podMarks } from "../api/names.ts";
import type { Settings } from "../cluster/settings.ts";
import { hashOf } from "../kubernetes/difference.ts";
import type { Deployment, Pod } from "../kubernetes/objects.ts";
import { mayHoldSessions, podsView } from "../pods/view.ts";
import { podTemplate } from "../proxy/deployment.ts";

/** A fleet with its pods as they are. */
export interface FleetPods {
  readonly fleet: WhatsAppProxy;
  readonly deployment: Deployment | undefined;
  readonly pods: readonly Pod[];
  readonly settings: Pick<Settings, "proxyImage" | "fixedUid" | "rollouts">;
}

/**
 * Why a fleet's pods would be replaced now: not at all; because somebody asked for it, or nobody
 * would notice; or because this version of the operator makes other pods than the one before.
 */
export type RolloutCause = "none" | "asked" | "operator";

/** Digests of what a fleet's pods are to be made from. */
export interface PodDigests {
  /** Of what the fleet's spec says of pods. */
  readonly spec: string;
  /** The same as an earlier version marked it, whose pods did not follow maxConnections. */
  readonly earlierSpec: string;
  /** Of the whole template. */
  readonly template: string;
}

const known = new WeakMap<WhatsAppProxy, PodDigests & Pick<FleetPods, "settings">>();

/** What the fleet's pods are to be made from. */
export function podDigests({ fleet, settings }: Pick<FleetPods, "fleet" | "settings">): PodDigests {
  const found = known.get(fleet);
  if (found?.settings === settings) return found;
  const { spec, metadata } = fleet;
  const asked = [spec.image, spec.resources, spec.scheduling, spec.podMetadata];
  const template = hashOf(podTemplate(metadata.name, spec, settings));
  const digests = {
    spec: hashOf([...asked, spec.limits.maxConnections]),
    earlierSpec: hashOf(asked),
    template,
    settings,
  };
  known.set(fleet, digests);
  return digests;
}

/**
 * Why the fleet's pods would be replaced now. A Deployment that has no marks was made by a version
 * that left none: where that version knew this spec, nobody has asked for other pods since.
 */
export function rolloutCause(given: FleetPods): RolloutCause {
  const { fleet, deployment } = given;
  if (deployment === undefined) return "asked";
  const { spec, earlierSpec, template } = podDigests(given);
  const marks = deployment.metadata.annotations ?? {};
  if (markedTemplate(deployment) === template) return "none";
  const madeFor = marks[podMarks.spec];
  const isAsked =
    madeFor === undefined
      ? fleet.status?.observedGeneration !== fleet.metadata.generation
      : madeFor !== spec && madeFor !== earlierSpec;
  return isAsked || isIdle(given) ? "asked" : "operator";
}

/** Whether nobody can be connected to any pod: then none loses anything, and better pods may help. */
function isIdle({ fleet, deployment, pods, settings }: FleetPods): boolean {
  const isHeld = isRolloutHeld(fleet) || settings.rollouts?.isHeld === true;
  const isWhole = pods.length >= (deployment?.status?.replicas ?? 0);
  return !isHeld && isWhole && pods.every((pod) => !mayHoldSessions(pod) || isStopped(pod));
}

/** Whether the kubelet says that nothing runs in a pod. */
function isStopped({ status }: Pod): boolean {
  const containers = status?.containerStatuses ?? [];
  return containers.length > 0 && containers.every(({ state }) => state?.waiting !== undefined);
}

/** Whether a person wants the fleet's pods to stay as they are. */
export function isRolloutHeld({ metadata }: Pick<WhatsAppProxy, "metadata">): boolean {
  return !["", "false"].includes(metadata.annotations?.[holdRolloutAnnotation] ?? "");
}

/** How far a fleet is on its way to the pods that this version of the operator makes. */
export interface RolloutState {
  /** Whether its pods are those of an earlier version, and nobody has asked for others. */
  readonly isBehind: boolean;
  /**
   * Whether pods are being replaced in its turn, also by those of a version that is no longer the
   * latest. That is over when the last pod that left has ended: its sessions end with it.
   */
  readonly isUnderWay: boolean;
}

/** How far a fleet is. */
export function rolloutState(given: FleetPods): RolloutState {
  const isUnderWay = isInTurn(given.deployment) && !isOver(given);
  return { isBehind: rolloutCause(given) === "operator", isUnderWay };
}

/** Which pods a Deployment makes, as its mark says. */
export function markedTemplate(deployment: Deployment | undefined): string {
  return deployment?.metadata.annotations?.[podMarks.template] ?? "";
}

/** Whether the pods were replaced last because it was the fleet's turn. */
export function isInTurn(deployment: Deployment | undefined): boolean {
  return deployment?.metadata.annotations?.[podMarks.rollout] === "InTurn";
}

function isOver({ fleet, deployment, pods }: FleetPods): boolean {
  const isLeaving = (pod: Pod) =>
    pod.metadata.deletionTimestamp !== undefined && mayHoldSessions(pod);
  return podsView(fleet.spec.replicas, deployment, pods).isRolledOut && !pods.some(isLeaving);
}
