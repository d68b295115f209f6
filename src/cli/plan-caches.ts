import { fleetLabel } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import { type Caches, addressIndexes, podFleet } from "../cluster/caches.ts";
import { deployments, namespaces, pods, services } from "../kubernetes/builtin.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import type { CustomObject, KubeObject, Pod, Service } from "../kubernetes/objects.ts";
import type { Resource } from "../kubernetes/resource.ts";
import { Store } from "../kubernetes/store.ts";
import { Ledger } from "../ledger/ledger.ts";

/** What one fleet's plan is made from, read once. Secrets are left alone: nobody should need them. */
export async function readCaches(
  client: ApiClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Caches> {
  const ofFleet = { namespace, labelSelector: `${fleetLabel}=${name}` };
  const addresses = new Store<CustomObject>(addressIndexes);
  await fill(client, resources.addresses, addresses);
  const [fleetPods, fleetServices] = [
    new Store<Pod>({ fleet: podFleet }),
    new Store<Service>({ fleet: podFleet }),
  ];
  return {
    fleets: await fill(client, resources.fleets, new Store(), { namespace }),
    pools: await fill(client, resources.pools, new Store()),
    addresses,
    ledger: new Ledger(addresses),
    namespaces: await fill(client, namespaces, new Store()),
    deployments: await fill(client, deployments, new Store(), ofFleet),
    pods: await fill(client, pods, fleetPods, ofFleet),
    services: await fill(client, services, fleetServices, ofFleet),
    secrets: new Store(),
    disruptionBudgets: new Store(),
    networkPolicies: new Store(),
  };
}

const pageSize = 500;

interface Scope {
  readonly namespace?: string;
  readonly labelSelector?: string;
}

async function fill<T extends KubeObject>(
  client: ApiClient,
  of: Resource<T>,
  store: Store<T>,
  scope: Scope = {},
): Promise<Store<T>> {
  for (let continueToken: string | undefined; ;) {
    const page = await client.list(of, { limit: pageSize, continueToken, ...scope });
    for (const item of page.items) store.recordWrite(item);
    continueToken = page.continueToken;
    if (continueToken === undefined) return store;
  }
}
