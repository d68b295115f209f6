import type { WhatsAppProxy } from "../api/fleet.ts";
import { childName, fleetLabel } from "../api/names.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { type PodProblem, podsView } from "../pods/view.ts";
import type { Observed } from "./observed.ts";

/** A fleet's pods, as a person sees them. */
export interface PodsOverview {
  readonly wanted: number;
  readonly ready: number;
  /** Why they don't start, in the words of who says so. */
  readonly problem: PodProblem | undefined;
}

/** A fleet's pods; where only its status can be read, as that counts them. */
export function podsOverview(fleet: WhatsAppProxy, observed: Observed): PodsOverview {
  const { deployments, pods } = observed;
  const wanted = fleet.spec.replicas;
  if (deployments === undefined)
    return { wanted, ready: fleet.status.readyReplicas ?? 0, problem: undefined };
  const { namespace, name } = fleet.metadata;
  const deployment = deployments.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === childName(name),
  );
  const { ready, problem } = podsView(wanted, deployment, podsOf(fleet, pods ?? []));
  return { wanted, ready, problem };
}

/** A fleet's pods among all. */
export function podsOf({ metadata }: WhatsAppProxy, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter(
    (pod) =>
      pod.metadata.namespace === metadata.namespace &&
      pod.metadata.labels?.[fleetLabel] === metadata.name,
  );
}
