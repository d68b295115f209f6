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
  tokenRules,
} from "./rules.ts";

const apiGroup = "rbac.authorization.k8s.io";

/**
 * The operator's roles, each with its binding: in the cluster, for the leader's Lease, for tokens of
 * vantage points, and in each namespace that it is limited to.
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
    ...bound(installation, {
      kind: "ClusterRole",
      metadata: clusterWide(installation, name),
      rules: everywhere,
    }),
    ...bound(installation, {
      kind: "Role",
      metadata: metadataOf(installation, "proxyfleet-leader"),
      rules: leaderRules,
    }),
    // Where fleets may be in the operator's own namespace, it has this right already.
    ...(isLimited && !watchNamespaces.includes(installation.namespace)
      ? bound(installation, {
          kind: "Role",
          metadata: metadataOf(installation, "proxyfleet-tokens"),
          rules: tokenRules(installation.values.ingestion.enabled),
        })
      : []),
    ...watchNamespaces.flatMap((namespace) =>
      bound(installation, {
        kind: "Role",
        metadata: elsewhere(name, namespace),
        rules: fleetRules,
      }),
    ),
    // Events about objects without a namespace, such as pools, are taken in the namespace "default"
    // only.
    ...(isLimited
      ? bound(installation, {
          kind: "Role",
          metadata: elsewhere(`${name}-events`, "default"),
          rules: eventRules,
        })
      : []),
  ];
}

interface Role {
  readonly kind: "ClusterRole" | "Role";
  readonly metadata: KubeObject["metadata"];
  readonly rules: readonly Rule[];
}

function bound(
  { values, namespace }: Installation,
  { kind, metadata, rules }: Role,
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
