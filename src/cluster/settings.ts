import type { NamespacesInReach } from "../runtime/readable-namespaces.ts";

/** What the operator was started with, as far as controllers depend on it. */
export interface Settings {
  /** The image of proxy pods where a fleet names none. */
  readonly proxyImage: string;
  /** Whether proxy pods name the user that they run as (absent: they do), or the cluster chooses. */
  readonly fixedUid?: boolean;
  /** Where the operator runs: only from there may pods' supervisors be asked. */
  readonly operatorNamespace: string;
  /** Where Prometheus or the like runs, which may ask pods for their metrics. */
  readonly monitoringNamespaces?: readonly string[];
  /** Whose fleets are watched; absent or empty: all. */
  readonly namespaces?: readonly string[];
  /** Which outage feeds are asked; absent: none. */
  readonly feeds?: FeedSettings;
  /** How pods are replaced that an earlier version of the operator made; absent: as is usual. */
  readonly rollouts?: RolloutSettings;
  /** Networks (CIDRs) that upstreams may be in although they are private; absent: none. */
  readonly privateUpstreams?: readonly string[];
  /** Whether share pages are served; absent: they are not. */
  readonly servesPages?: boolean;
}

/** How many fleets at once get the pods that this version of the operator makes. */
export interface RolloutSettings {
  /** Whether none does. */
  readonly isHeld: boolean;
  /** Of all fleets, and at least one. */
  readonly percent: number;
}

/** Which outage feeds the operator asks; by default none. */
export interface FeedSettings {
  readonly ioda: boolean;
  /** Secret of the operator's namespace with a token for Cloudflare Radar; undefined: not asked. */
  readonly radarTokenSecret: string | undefined;
}

/** What decides whose fleets are looked after. */
interface Watching {
  readonly caches: { readonly reach: Pick<NamespacesInReach, "isReadable"> };
  readonly settings: Settings;
}

/**
 * Whether fleets of this namespace are looked after now: it is this operator's, and can be read. Of
 * one that can't be, nothing may be concluded, since what is not in a cache may exist all the same.
 */
export function isLookedAfter(
  { caches, settings }: Watching,
  namespace: string | undefined,
): boolean {
  return isWatched(settings, namespace) && caches.reach.isReadable(namespace);
}

/**
 * Whether fleets of this namespace are this operator's. The ledger is the whole cluster's: what
 * another operator watches, or none, must not be taken for the leftovers of a fleet that is gone.
 */
function isWatched({ namespaces = [] }: Settings, namespace: string | undefined): boolean {
  return namespaces.length === 0 || (namespace !== undefined && namespaces.includes(namespace));
}
