/** What the operator was started with, as far as controllers depend on it. */
export interface Settings {
  /** The image of proxy pods where a fleet names none. */
  readonly proxyImage: string;
  /** Where the operator runs: only from there may pods' supervisors be asked. */
  readonly operatorNamespace: string;
  /** Where Prometheus or the like runs, which may ask pods for their metrics. */
  readonly monitoringNamespaces?: readonly string[];
  /** Whose fleets are watched; absent or empty: all. */
  readonly namespaces?: readonly string[];
}

/**
 * Whether fleets of this namespace are this operator's. The ledger is the whole cluster's: what
 * another operator watches, or none, must not be taken for the leftovers of a fleet that is gone.
 */
export function isWatched({ namespaces = [] }: Settings, namespace: string | undefined): boolean {
  return namespaces.length === 0 || (namespace !== undefined && namespaces.includes(namespace));
}
