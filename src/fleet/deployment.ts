import { podMarks } from "../api/names.ts";
import type { Deployment } from "../kubernetes/objects.ts";
import { type ChildOwner, deploymentManifest, podTemplate } from "../proxy/deployment.ts";
import type { LiveFleet } from "./observed.ts";
import { markedTemplate, podDigests, rolloutCause, rolloutState } from "./rollout.ts";
import type { Turn } from "./turns.ts";

/** Whether a fleet's pods stay as they are for now, although the operator would make others. */
export function waitsForTurn({
  observed,
  fleet,
}: LiveFleet): Extract<Turn, { kind: "waits" }> | undefined {
  const { children, pods, settings, turn } = observed;
  if (turn.kind === "now") return undefined;
  const cause = rolloutCause({ fleet, deployment: children.deployment, pods, settings });
  return cause === "operator" ? turn : undefined;
}

/**
 * The fleet's Deployment. While its pods wait for their turn they stay as they are, and all else is
 * as it should be: such a fleet can be scaled. The marks say from what its pods were made.
 */
export function fleetDeployment(live: LiveFleet, child: ChildOwner): Deployment {
  const { observed, fleet } = live;
  const { children, settings, pods } = observed;
  const { deployment } = children;
  const digests = podDigests({ fleet, settings });
  const marks = deployment?.metadata.annotations ?? {};
  const kept = marks[podMarks.rollout] ?? "Asked";
  if (deployment !== undefined && waitsForTurn(live) !== undefined) {
    const template = markedTemplate(deployment);
    const { spec } = digests;
    const stays = deploymentManifest(child, fleet.spec, deployment.spec.template);
    return marked(stays, { spec, template, rollout: kept });
  }
  const given = { fleet, deployment, pods, settings };
  // Pods that were on their way out in the fleet's turn still are when somebody asks for others.
  const asked = rolloutState(given).isUnderWay ? "InTurn" : "Asked";
  const rollouts = { none: kept, asked, operator: "InTurn" };
  const pod = podTemplate(child.fleet, fleet.spec, settings);
  const made = deploymentManifest(child, fleet.spec, pod);
  return marked(made, { ...digests, rollout: rollouts[rolloutCause(given)] });
}

function marked(
  made: Deployment,
  { spec, template, rollout }: Readonly<Record<keyof typeof podMarks, string>>,
): Deployment {
  const annotations = {
    [podMarks.spec]: spec,
    [podMarks.template]: template,
    [podMarks.rollout]: rollout,
  };
  return { ...made, metadata: { ...made.metadata, annotations } };
}
