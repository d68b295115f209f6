import type { ChildOwner } from "./deployment.ts";
import { childName, fleetLabels, podSelector } from "../api/names.ts";
import type { PodDisruptionBudget } from "../kubernetes/objects.ts";

/** At most one proxy pod at a time may be taken away on purpose, by a node drain for example. */
export function disruptionBudgetManifest({
  namespace,
  fleet,
  owner,
}: ChildOwner): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: {
      name: childName(fleet),
      namespace,
      labels: fleetLabels(fleet),
      ownerReferences: [owner],
    },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: podSelector(fleet) },
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}
