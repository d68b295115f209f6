import type {
  CustomObject,
  Deployment,
  KubeObject,
  Namespace,
  NetworkPolicy,
  Pod,
  PodDisruptionBudget,
  Secret,
  Service,
} from "../kubernetes/objects.ts";
import * as builtin from "../kubernetes/builtin.ts";
import * as custom from "../api/resources.ts";
import { type DnsEndpoint, dnsEndpoints } from "../kubernetes/external-dns.ts";
import type { KindPresence } from "../kubernetes/kind-presence.ts";
import { ServedKinds } from "../kubernetes/served-kinds.ts";
import { Store } from "../kubernetes/store.ts";
import { addressLabel, fleetLabel, group, managedSelector } from "../api/names.ts";
import type { Manager } from "../runtime/manager.ts";
import type { NamespacesInReach } from "../runtime/readable-namespaces.ts";
import { Ledger, sharesOf } from "../ledger/ledger.ts";
import { claimantOf } from "../ledger/traces.ts";
import type { Resource } from "../kubernetes/resource.ts";
import { withoutSpec } from "./kept-pod.ts";
import { withoutPages } from "./kept-secret.ts";
import { ownSecrets } from "./own-secrets.ts";
import { Trouble } from "./trouble.ts";

/** All that the controllers see of the cluster. */
export interface Caches {
  readonly fleets: Store<CustomObject>;
  readonly pools: Store<CustomObject>;
  /** Empty where the installation is older than this kind. */
  readonly vantagePoints: Store<CustomObject>;
  /** Indexed by `fleet` (namespace/name of the claim), `pool` and `share` (pool and namespace). */
  readonly addresses: Store<CustomObject>;
  /** What all addresses come to. */
  readonly ledger: Ledger;
  readonly deployments: Store<Deployment>;
  readonly secrets: Store<Secret>;
  /** Of the operator's own namespace, those that it reads by name. */
  readonly ownSecrets: Store<Secret>;
  /** Why the key of share pages can't be read or made. */
  readonly shareKeyTrouble: Trouble;
  /** Indexed by `address` (name of the ledger entry), `fleet` and `mark` (a load balancer's). */
  readonly services: Store<Service>;
  /** Indexed by `fleet`. */
  readonly pods: Store<Pod>;
  readonly namespaces: Store<Namespace>;
  readonly disruptionBudgets: Store<PodDisruptionBudget>;
  readonly networkPolicies: Store<NetworkPolicy>;
  /** Indexed by `fleet`. Empty where the cluster has no such kind. */
  readonly dnsEndpoints: Store<DnsEndpoint>;
  /** Whether it has. */
  readonly dnsEndpointKind: KindPresence;
  /** Which kinds of others the server has. */
  readonly servedKinds: ServedKinds;
  /** Of which namespaces all this is complete. */
  readonly reach: NamespacesInReach;
}

/**
 * Watches every kind that the controllers read; what the operator did not make itself is left out
 * where a label shows that.
 */
export function watchCaches(manager: Manager): Caches {
  const ours = { labelSelector: managedSelector };
  const addresses = manager.watch(custom.addresses, {
    indexes: addressIndexes,
  });
  const names = manager.watchForeign(dnsEndpoints, { ...ours, indexes: { fleet: podFleet } });
  return {
    fleets: manager.watch(custom.fleets),
    pools: manager.watch(custom.pools),
    vantagePoints: manager.watch(custom.vantagePoints, { isOptional: true }),
    addresses,
    ledger: new Ledger(addresses),
    deployments: manager.watch(builtin.deployments, ours),
    secrets: manager.watch(builtin.secrets, { ...ours, transform: withoutPages }),
    ownSecrets: new Store(),
    shareKeyTrouble: new Trouble(),
    services: manager.watch(builtin.services, {
      ...ours,
      indexes: serviceIndexes,
    }),
    pods: manager.watch(builtin.pods, {
      ...ours,
      indexes: { fleet: podFleet },
      transform: withoutSpec,
    }),
    namespaces: manager.watchNamespaces(builtin.namespaces, { metadataOnly: true }),
    disruptionBudgets: manager.watch(builtin.podDisruptionBudgets, ours),
    networkPolicies: manager.watch(builtin.networkPolicies, ours),
    dnsEndpoints: names.store,
    dnsEndpointKind: names.presence,
    servedKinds: new ServedKinds(),
    reach: manager.namespaces,
  };
}

/**
 * The cache of a kind; undefined for one that is not watched. What is written to it comes from the
 * API server as an answer about this very kind.
 */
export function storeOf(caches: Caches, of: Resource<KubeObject>) {
  const stores: Readonly<Record<string, unknown>> = {
    [custom.fleets.plural]: caches.fleets,
    [custom.pools.plural]: caches.pools,
    [custom.vantagePoints.plural]: caches.vantagePoints,
    [custom.addresses.plural]: caches.addresses,
    [builtin.deployments.plural]: caches.deployments,
    [builtin.secrets.plural]: caches.secrets,
    [builtin.services.plural]: caches.services,
    [builtin.pods.plural]: caches.pods,
    [builtin.podDisruptionBudgets.plural]: caches.disruptionBudgets,
    [builtin.networkPolicies.plural]: caches.networkPolicies,
    [dnsEndpoints.plural]: caches.dnsEndpoints,
  };
  const store = of === ownSecrets ? caches.ownSecrets : stores[of.plural];
  return store as Store<KubeObject> | undefined;
}

/** The fleet that an entry is claimed for, as `namespace/name`. */
export function claimant(entry: CustomObject): readonly string[] {
  const fleet = claimantOf(entry);
  return fleet === undefined ? [] : [`${fleet.namespace}/${fleet.name}`];
}

/** The pool that an entry was taken from. */
export function claimedPool(entry: CustomObject): readonly string[] {
  const { pool } = (entry.spec ?? {}) as { pool?: unknown };
  return typeof pool === "string" ? [pool] : [];
}

/** Under what ledger entries can be found: `share` is what a namespace's limit is counted by. */
export const addressIndexes = { fleet: claimant, pool: claimedPool, share: sharesOf };

/** Under what Services can be found. */
export const serviceIndexes = {
  address: (service: Service) => labelValue(service, addressLabel),
  fleet: podFleet,
  mark: balancerMarks,
};

/**
 * Keys of annotations that are not ours, on a Service that its load balancer serves. One that is not
 * served yet may have been marked by somebody else.
 */
export function balancerMarks({ metadata, status }: Service): readonly string[] {
  const isServed = (status?.loadBalancer?.ingress ?? []).length > 0;
  const keys = isServed ? Object.keys(metadata.annotations ?? {}) : [];
  return keys.filter((key) => !key.startsWith(`${group}/`));
}

/** The fleet that a child belongs to, as `namespace/name`. */
export function podFleet(child: KubeObject): readonly string[] {
  return labelValue(child, fleetLabel).map((fleet) => `${child.metadata.namespace ?? ""}/${fleet}`);
}

function labelValue(object: KubeObject, label: string): readonly string[] {
  const value = object.metadata.labels?.[label];
  return value === undefined ? [] : [value];
}
