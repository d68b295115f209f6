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
import type { Store } from "../kubernetes/store.ts";
import { addressLabel, fleetLabel, managedSelector } from "../api/names.ts";
import type { Manager } from "../runtime/manager.ts";
import { Ledger } from "../ledger/ledger.ts";
import { withoutSpec } from "./kept-pod.ts";

/** All that the controllers see of the cluster. */
export interface Caches {
  readonly fleets: Store<CustomObject>;
  readonly pools: Store<CustomObject>;
  /** Indexed by `fleet` (namespace/name of the claim) and `pool`. */
  readonly addresses: Store<CustomObject>;
  /** What all addresses come to. */
  readonly ledger: Ledger;
  readonly deployments: Store<Deployment>;
  readonly secrets: Store<Secret>;
  /** Indexed by `address` (name of the ledger entry) and `fleet`. */
  readonly services: Store<Service>;
  /** Indexed by `fleet`. */
  readonly pods: Store<Pod>;
  readonly namespaces: Store<Namespace>;
  readonly disruptionBudgets: Store<PodDisruptionBudget>;
  readonly networkPolicies: Store<NetworkPolicy>;
}

/**
 * Watches every kind that the controllers read; what the operator did not make itself is left out
 * where a label can tell.
 */
export function watchCaches(manager: Manager): Caches {
  const ours = { labelSelector: managedSelector };
  const addresses = manager.watch(custom.addresses, {
    indexes: { fleet: claimant, pool: claimedPool },
  });
  return {
    fleets: manager.watch(custom.fleets),
    pools: manager.watch(custom.pools),
    addresses,
    ledger: new Ledger(addresses),
    deployments: manager.watch(builtin.deployments, ours),
    secrets: manager.watch(builtin.secrets, ours),
    services: manager.watch(builtin.services, {
      ...ours,
      indexes: { address: (service) => labelValue(service, addressLabel), fleet: podFleet },
    }),
    pods: manager.watch(builtin.pods, {
      ...ours,
      indexes: { fleet: podFleet },
      transform: withoutSpec,
    }),
    namespaces: manager.watchNamespaces(builtin.namespaces, { metadataOnly: true }),
    disruptionBudgets: manager.watch(builtin.podDisruptionBudgets, ours),
    networkPolicies: manager.watch(builtin.networkPolicies, ours),
  };
}

/**
 * The fleet that an entry is claimed for, as `namespace/name`. Reads the raw object: a malformed
 * entry is filed nowhere.
 */
export function claimant(entry: CustomObject): readonly string[] {
  const { claimRef } = (entry.spec ?? {}) as { claimRef?: { namespace?: unknown; name?: unknown } };
  return typeof claimRef?.namespace === "string" && typeof claimRef.name === "string"
    ? [`${claimRef.namespace}/${claimRef.name}`]
    : [];
}

/** The pool that an entry was taken from. */
export function claimedPool(entry: CustomObject): readonly string[] {
  const { pool } = (entry.spec ?? {}) as { pool?: unknown };
  return typeof pool === "string" ? [pool] : [];
}

/** The fleet that a child belongs to, as `namespace/name`. */
export function podFleet(child: KubeObject): readonly string[] {
  return labelValue(child, fleetLabel).map((fleet) => `${child.metadata.namespace ?? ""}/${fleet}`);
}

function labelValue(object: KubeObject, label: string): readonly string[] {
  const value = object.metadata.labels?.[label];
  return value === undefined ? [] : [value];
}
