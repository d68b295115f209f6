import type { KubeObject } from "../../kubernetes/objects.ts";
import {
  clusterWide,
  type Installation,
  type Manifest,
  metadataOf,
  releaseName,
} from "./installation.ts";
import {
  eventRules,
  fleetRules,
  leaderRules,
  ledgerRules,
  namespaceRule,
  type Rule,
} from "./rules.ts";

const apiGroup = "rbac.authorization.k8s.io";

/**
 * The operator's roles, each with its binding: in the cluster, for the seat of the leader, and in
 * each namespace that it is limited to.
 */
export function rights(installation: Installation): readonly Manifest[] {
  const { watchNamespaces } = installation.values;
  const name = releaseName(installation);
  const isLimited = watchNamespaces.length > 0;
  const everywhere = [
    ...ledgerRules,
    namespaceRule(watchNamespaces),
    ...(isLimited ? [] : fleetRules),
  ];
  const elsewhere = (name: string, namespace: string) => ({
    ...metadataOf(installation, name),
    namespace,
  });
  return [
    ...bound(installation, "ClusterRole", clusterWide(installation, name), everywhere),
    ...bound(installation, "Role", metadataOf(installation, "proxyfleet-leader"), leaderRules),
    ...watchNamespaces.flatMap((namespace) =>
      bound(installation, "Role", elsewhere(name, namespace), fleetRules),
    ),
    // Events about objects without a namespace, such as pools, are taken in the namespace "default"
    // only.
    ...(isLimited
      ? bound(installation, "Role", elsewhere(`${name}-events`, "default"), eventRules)
      : []),
  ];
}

function bound(
  { values, namespace }: Installation,
  kind: "ClusterRole" | "Role",
  metadata: KubeObject["metadata"],
  rules: readonly Rule[],
): readonly Manifest[] {
  const apiVersion = `${apiGroup}/v1`;
  const subjects = [{ kind: "ServiceAccount", name: values.serviceAccount.name, namespace }];
  return [
    { apiVersion, kind, metadata, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup, kind, name: metadata.name },
      subjects,
    },
  ];
}
