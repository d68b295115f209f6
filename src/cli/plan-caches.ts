import { fleetLabel } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import { type Caches, addressIndexes, podFleet } from "../cluster/caches.ts";
import { Trouble } from "../cluster/trouble.ts";
import { deployments, namespaces, pods, services } from "../kubernetes/builtin.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { ForbiddenError, NotFoundError } from "../kubernetes/errors.ts";
import type { CustomObject, KubeObject, Pod, Service } from "../kubernetes/objects.ts";
import type { Resource } from "../kubernetes/resource.ts";
import { ServedKinds } from "../kubernetes/served-kinds.ts";
import { Store } from "../kubernetes/store.ts";
import { Ledger } from "../ledger/ledger.ts";

/** What one fleet's plan is made from, read once. Secrets are left alone: nobody should need them. */
export async function readCaches(
  client: ApiClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Caches> {
  const ofFleet = { namespace, labelSelector: `${fleetLabel}=${name}` };
  const addresses = new Store<CustomObject>(addressIndexes);
  await fill(client, resources.addresses, { into: addresses });
  const [fleetPods, fleetServices] = [
    new Store<Pod>({ fleet: podFleet }),
    new Store<Service>({ fleet: podFleet }),
  ];
  return {
    fleets: await fill(client, resources.fleets, { into: new Store(), namespace }),
    pools: await fill(client, resources.pools, { into: new Store() }),
    vantagePoints: await fillWhereKnown(client, resources.vantagePoints),
    addresses,
    ledger: new Ledger(addresses),
    namespaces: await fill(client, namespaces, { into: new Store() }),
    deployments: await fill(client, deployments, { into: new Store(), ...ofFleet }),
    pods: await fill(client, pods, { into: fleetPods, ...ofFleet }),
    services: await fill(client, services, { into: fleetServices, ...ofFleet }),
    secrets: new Store(),
    ownSecrets: new Store(),
    shareKeyTrouble: new Trouble(),
    disruptionBudgets: new Store(),
    networkPolicies: new Store(),
    dnsEndpoints: new Store(),
    dnsEndpointKind: { stateIn: () => "Unknown", onTurn: () => undefined },
    servedKinds: new ServedKinds(),
    reach: { isReadable: () => true, onReadable: () => undefined },
  };
}

/** An older installation may lack the kind, and who asks may have no right to it. */
async function fillWhereKnown<T extends KubeObject>(
  client: ApiClient,
  of: Resource<T>,
): Promise<Store<T>> {
  try {
    return await fill(client, of, { into: new Store() });
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof ForbiddenError) return new Store();
    throw error;
  }
}

const pageSize = 500;

interface Reading<T extends KubeObject> {
  readonly into: Store<T>;
  readonly namespace?: string;
  readonly labelSelector?: string;
}

async function fill<T extends KubeObject>(
  client: ApiClient,
  of: Resource<T>,
  { into: store, ...scope }: Reading<T>,
): Promise<Store<T>> {
  for (let continueToken: string | undefined; ;) {
    const page = await client.list(of, { limit: pageSize, continueToken, ...scope });
    for (const item of page.items) store.recordWrite(item);
    continueToken = page.continueToken;
    if (continueToken === undefined) return store;
  }
}
