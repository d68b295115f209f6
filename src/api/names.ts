// api: our kinds, and the conditions that objects report. The CRD, the TypeScript type and the
// run-time parser of a kind are made from one zod schema; kinds.ts lists them. This file has the
// names, labels and annotations that several parts must agree on.

/** API group of every kind of ours. */
export const group = "proxyfleet.dev";
/** The served and stored version. */
export const version = "v1alpha1";
/** `apiVersion` of every object of ours. */
export const apiVersion = `${group}/${version}`;

/** The listeners of a fleet, in the order of a lane's ports. */
export const listenerNames = ["chat", "media", "plainChat"] as const;
export type ListenerName = (typeof listenerNames)[number];

export const componentLabel = "app.kubernetes.io/component";
/** The component that a fleet's share Secret is, beside the proxy. */
export const shareComponent = "share";

const managedByLabel = "app.kubernetes.io/managed-by";
export const managedBy = { [managedByLabel]: "proxyfleet" } as const;
/** Selects all that the operator made; caches are narrowed by it. */
export const managedSelector = `${managedByLabel}=proxyfleet`;

export const fleetLabel = `${group}/fleet`;
export const fleetNamespaceLabel = `${group}/fleet-namespace`;
export const slotLabel = `${group}/slot`;
export const addressLabel = `${group}/address`;
/** On no pod at all: a Service that selects it leads nowhere. */
export const heldLabel = `${group}/held`;
/**
 * On a Service: the claim that it was made for, so that a lost ledger entry can be restored from
 * it.
 */
export const claimAnnotation = `${group}/claim`;

export const rotateAtAnnotation = `${group}/rotate-at`;
export const reportBlockedAnnotation = `${group}/report-blocked`;
/** On a fleet: any new text gives its share pages new paths, `<slot>@<text>` only that slot's. */
export const renewPageAnnotation = `${group}/renew-page`;
/** Put on a pod so that the kubelet updates its Secret volume at once. */
export const revisionAnnotation = `${group}/config-revision`;
/** On a fleet's Secret, until it changes for the first time: the revision that it was made with. */
export const firstRevisionAnnotation = `${group}/first-revision`;
/**
 * On a fleet's Deployment: digests of what its pods were made from (what the fleet's spec says of
 * pods, and the whole template), and whether they were replaced because a newer operator makes other
 * pods, in the fleet's turn (`InTurn`), or because somebody asked for it (`Asked`).
 */
export const podMarks = {
  spec: `${group}/pod-spec`,
  template: `${group}/pod-template`,
  rollout: `${group}/rollout`,
} as const;
/** On a fleet, with any text but "false": a newer operator does not replace its pods. */
export const holdRolloutAnnotation = `${group}/hold-rollout`;
/** On a fleet's PodDisruptionBudget: the uid of the pod that was evicted last, and when. */
export const lastEvictionAnnotation = `${group}/last-eviction`;

export const fleetFinalizer = `${group}/quarantine-addresses`;
export const addressFinalizer = `${group}/release-service`;
export const poolFinalizer = `${group}/pool-protection`;

/**
 * Each controller, the leader election and commands that people type write as field managers of their own,
 * so that none removes what another one set.
 */
export const fieldManagers = {
  fleet: "proxyfleet-fleet",
  address: "proxyfleet-address",
  pool: "proxyfleet-pool",
  pods: "proxyfleet-pods",
  reachability: "proxyfleet-reachability",
  vantage: "proxyfleet-vantage",
  evidence: "proxyfleet-evidence",
  ingestion: "proxyfleet-ingestion",
  arrivals: "proxyfleet-arrivals",
  lease: "proxyfleet-lease",
  report: "proxyfleet-report",
  command: "proxyfleet-command",
  news: "proxyfleet-news",
  share: "proxyfleet-share",
} as const;

/** The ConfigMap in the operator's namespace that evidence is kept in across restarts. */
export const evidenceName = "proxyfleet-evidence";
/** The one beside it, in which the habits of slots are kept. */
export const arrivalsName = "proxyfleet-arrivals";
/** And the one in which it is kept since when outages and shortages of pools last, for news. */
export const newsName = "proxyfleet-news";

/** The Secret in the operator's namespace with the certificate that it shows to agents. */
export const ingestionSecretName = "proxyfleet-ingestion";

/**
 * The Secret in the operator's namespace from which paths of share pages and tokens of names follow
 * (`key`), and what pages were renewed with (`<namespace>.<fleet>.<slot>`). It outlives all fleets.
 */
export const shareKeySecretName = "proxyfleet-share-key";

/** Who writes Events, and as which field manager. */
export const eventReporter = {
  reporter: `${group}/operator`,
  fieldManager: "proxyfleet-events",
} as const;

/** Annotations by which the operator knows what it has applied. */
export const appliedMarks = {
  hash: `${group}/applied-hash`,
  createdBy: `${group}/created-by`,
} as const;

/** Where a pod's supervisor answers; never published. */
export const supervisorPort = 9101;

/**
 * Labels that every child of a fleet carries. Never a tracking label of a GitOps tool: it would
 * take our children for its own.
 */
export function fleetLabels(fleet: string): Record<string, string> {
  return {
    ...managedBy,
    "app.kubernetes.io/name": "whatsapp-proxy",
    [componentLabel]: "proxy",
    [fleetLabel]: fleet,
  };
}

/** Labels of the Secret with what a fleet's groups are to know. */
export function shareLabels(fleet: string): Record<string, string> {
  return { ...fleetLabels(fleet), [componentLabel]: shareComponent };
}

/** Selects a fleet's proxy pods. It may never change: a Deployment's selector is fixed. */
export function podSelector(fleet: string): Record<string, string> {
  return { "app.kubernetes.io/name": "whatsapp-proxy", [fleetLabel]: fleet };
}

/** Deployment, Secret, PodDisruptionBudget and NetworkPolicy of a fleet share one name. */
export function childName(fleet: string): string {
  return `${fleet}-proxy`;
}

/**
 * An address's Service: fleet, slot, and the end of the ledger entry's uid, so that a new entry
 * never meets an old Service.
 */
export function serviceName(fleet: string, slot: number, uid: string): string {
  return `${fleet}-${slot}-${uid.replaceAll("-", "").slice(-10)}`;
}
