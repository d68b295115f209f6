import {
  arrivalsName,
  evidenceName,
  group,
  newsName,
  shareKeySecretName,
} from "../../api/names.ts";

/** One rule of a role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A rule for some kinds of one API group. */
export const rule = (
  apiGroup: string,
  resources: readonly string[],
  verbs: readonly string[],
): Rule => ({ apiGroups: [apiGroup], resources, verbs });

/**
 * Pools, vantage points and the ledger of addresses: kinds of ours that have no namespace. Pools
 * belong to people, and get a status and a finalizer; so do vantage points, which get a status; the
 * ledger is the operator's own. And the end of fleets, in any namespace.
 */
export const ledgerRules: readonly Rule[] = [
  rule(group, ["addresspools"], ["list", "watch", "patch"]),
  rule(group, ["proxyaddresses"], ["get", "list", "watch", "create", "patch", "delete"]),
  rule(group, ["vantagepoints"], ["list", "watch"]),
  rule(group, ["addresspools/status", "proxyaddresses/status", "vantagepoints/status"], ["patch"]),
  // The finalizer of fleets. A namespace that is deleted loses its Role before the finalizer can go,
  // and would hang, so this right is not the Role's.
  rule(group, ["whatsappproxies"], ["patch"]),
  // While a definition is being deleted, so are all its objects: no person wishes for that.
  {
    ...rule("apiextensions.k8s.io", ["customresourcedefinitions"], ["get"]),
    resourceNames: ["whatsappproxies", "addresspools", "proxyaddresses"].map(
      (plural) => `${plural}.${group}`,
    ),
  },
];

export const eventRules: readonly Rule[] = [rule("events.k8s.io", ["events"], ["create"])];

const ofChildren = ["get", "list", "watch", "create", "patch", "delete"];

/** Fleets and their children, in the namespaces of fleets. */
export const fleetRules: readonly Rule[] = [
  rule(group, ["whatsappproxies"], ["list", "watch"]),
  rule(group, ["whatsappproxies/status"], ["patch"]),
  rule(group, ["whatsappproxies/finalizers"], ["update"]),
  // The operator deletes Services only. To take back a child without an owner, clusters may ask for
  // the right to delete it.
  rule("", ["secrets"], ofChildren),
  rule("", ["services"], ofChildren),
  rule("apps", ["deployments"], ofChildren),
  rule("policy", ["poddisruptionbudgets"], ofChildren),
  rule("networking.k8s.io", ["networkpolicies"], ofChildren),
  // Names of slots, which ExternalDNS publishes. A cluster without it has no such kind.
  rule("externaldns.k8s.io", ["dnsendpoints"], ofChildren),
  rule("", ["pods"], ["list", "watch"]),
  rule("", ["pods/status"], ["patch"]),
  rule("", ["pods/eviction"], ["create"]),
  rule("events.k8s.io", ["events"], ["list"]),
  ...eventRules,
];

/**
 * The leader's Lease, and what it keeps: evidence, the habits of slots, and since when what is news
 * lasts. RBAC can't limit `create` to one name, so these rules are apart.
 */
export function leaderRules(sendsNews: boolean): readonly Rule[] {
  return [
    { ...rule("coordination.k8s.io", ["leases"], ["get", "patch"]), resourceNames: ["proxyfleet"] },
    rule("coordination.k8s.io", ["leases"], ["create"]),
    {
      ...rule("", ["configmaps"], ["get", "patch"]),
      resourceNames: [evidenceName, arrivalsName, ...(sendsNews ? [newsName] : [])],
    },
    rule("", ["configmaps"], ["create"]),
  ];
}

/**
 * Tokens of vantage points, and secrets of receivers, in the operator's own namespace. Their Secrets have names of the admin's
 * choice. The operator makes the Secret with the key of share pages there, and notes in it which
 * pages were renewed; one that serves agents makes the Secret with its certificate for them.
 */
export const tokenRules: readonly Rule[] = [
  rule("", ["secrets"], ["get", "create"]),
  { ...rule("", ["secrets"], ["patch"]), resourceNames: [shareKeySecretName] },
];

/** To find out who asks for the dashboard, and what they may see. */
export const reviewRules: readonly Rule[] = [
  rule("authentication.k8s.io", ["tokenreviews"], ["create"]),
  rule("authorization.k8s.io", ["subjectaccessreviews"], ["create"]),
];

/**
 * Labels of namespaces decide which pools a fleet may use. An operator of some namespaces reads
 * these alone.
 */
export function namespaceRule(watchNamespaces: readonly string[]): Rule {
  if (watchNamespaces.length === 0) return rule("", ["namespaces"], ["list", "watch"]);
  return { ...rule("", ["namespaces"], ["get"]), resourceNames: watchNamespaces };
}
