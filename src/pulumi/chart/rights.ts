import type { KubeObject } from "../../kubernetes/objects.ts";
import {
  clusterWide,
  type Installation,
  type Manifest,
  metadataOf,
  releaseName,
} from "./installation.ts";
import { hasNews } from "./news-receivers.ts";
import {
  eventRules,
  fleetRules,
  leaderRules,
  ledgerRules,
  namespaceRule,
  reviewRules,
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
    ...(installation.values.dashboard.enabled ? reviewRules : []),
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
      rules: leaderRules(hasNews(installation.values)),
    }),
    // Where fleets may be in the operator's own namespace, it has this right already.
    ...(isLimited && !watchNamespaces.includes(installation.namespace)
      ? bound(installation, {
          kind: "Role",
          metadata: metadataOf(installation, "proxyfleet-tokens"),
          rules: tokenRules,
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

/** The account of the export of share pages. */
export const shareExportAccount = "proxyfleet-share-export";

/**
 * What the export of share pages may read: the Secrets of its fleets, each by its name, since no
 * rule can select by label. A list or a watch of one name is a right on that name.
 */
export function shareExportRights(installation: Installation): readonly Manifest[] {
  const byNamespace = Map.groupBy(installation.values.shareExport.fleets, (of) => of.namespace);
  const name = `${releaseName(installation)}-share-export`;
  return [...byNamespace].flatMap(([namespace, fleets]) => {
    const resourceNames = [...new Set(fleets.map((fleet) => `${fleet.name}-share`))];
    const metadata = { ...metadataOf(installation, name), namespace };
    const verbs = ["get", "list", "watch"];
    const rules = [{ apiGroups: [""], resources: ["secrets"], resourceNames, verbs }];
    return bound(installation, { kind: "Role", metadata, rules, account: shareExportAccount });
  });
}

interface Role {
  readonly kind: "ClusterRole" | "Role";
  readonly metadata: KubeObject["metadata"];
  readonly rules: readonly Rule[];
  /** Whose rights they are. Default: the operator's. */
  readonly account?: string;
}

function bound(
  { values, namespace }: Installation,
  { kind, metadata, rules, account = values.serviceAccount.name }: Role,
): readonly Manifest[] {
  const apiVersion = `${apiGroup}/v1`;
  const subjects = [{ kind: "ServiceAccount", name: account, namespace }];
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
