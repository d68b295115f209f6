import * as resources from "../../api/resources.ts";
import { parseWhatsAppProxy } from "../../api/fleet.ts";
import { fleetLabel } from "../../api/names.ts";
import { deployments, leases, pods, services } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { NotFoundError } from "../../kubernetes/errors.ts";
import { events } from "../../kubernetes/events.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import type { Observed } from "../../overview/observed.ts";
import { operatorLease } from "../../overview/operator.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import type { Cluster } from "../call/cluster.ts";
import type { FleetName } from "../call/fleet-name.ts";
import { needing } from "../call/missing-right.ts";
import { readCarried } from "./carried.ts";
import { OptionalLists, listAll } from "./optional-lists.ts";

/** A fleet that was named does not exist. */
export class NoSuchFleetError extends ProxyfleetError {}

/** The cluster has no fleets at all, since it does not know the kind. */
export class NotInstalledError extends ProxyfleetError {}

/** What was read, and which rights were missing for the rest. */
export interface Reading {
  readonly observed: Observed;
  /** What is not shown, since whoever asks may not read it. */
  readonly missing: readonly string[];
}

type Client = Pick<ApiClient, "get" | "list" | "askPod">;

/**
 * Reads what the table of all fleets shows. @param namespace undefined: all namespaces.
 * @throws MissingRightError where fleets can't be read; NotInstalledError; errors of the API client
 */
export async function readFleets(
  { client, now }: Pick<Cluster, "now"> & { readonly client: Client },
  namespace: string | undefined,
): Promise<Reading> {
  const optional = new OptionalLists(client);
  const fleetsRead = needing({ verb: "list", of: resources.fleets, namespace }, async () =>
    installed(listAll(client, resources.fleets, { namespace, prepare: parseWhatsAppProxy })),
  );
  // Each object is read once (parser, viewOfEntry): what is done while pages come is not done again.
  const [fleets, addresses, pools, lease] = await Promise.all([
    fleetsRead,
    optional.list(resources.addresses, {}, viewOfEntry),
    optional.list(resources.pools),
    optional.list(leases, { fieldSelector: `metadata.name=${operatorLease}` }),
  ]);
  const observed = { now: now(), fleets, addresses, pools, leases: lease };
  return { observed, missing: optional.missing };
}

/** What is read of a fleet only where it is shown. */
interface Wanted {
  /** Its pods are asked what they carry. */
  readonly traffic: boolean;
}

/**
 * Reads all that is known of one fleet.
 * @throws NoSuchFleetError, MissingRightError where the fleet can't be read; errors of the API client
 */
export async function readFleet(
  { client, now }: Pick<Cluster, "now"> & { readonly client: Client },
  key: FleetName,
  wanted: Wanted = { traffic: false },
): Promise<Reading> {
  const { namespace, name } = key;
  const optional = new OptionalLists(client);
  const ofFleet = { namespace, labelSelector: `${fleetLabel}=${name}` };
  const [fleet, addresses, pools, lease, ...children] = await Promise.all([
    readOne(client, key),
    optional.list(resources.addresses),
    optional.list(resources.pools),
    optional.list(leases, { fieldSelector: `metadata.name=${operatorLease}` }),
    optional.list(deployments, ofFleet),
    optional.list(pods, ofFleet),
    optional.list(services, ofFleet),
    optional.list(events, { namespace }),
    // Events of cluster-scoped objects, such as the ledger's entries, are kept there.
    namespace === "default" ? [] : optional.list(events, { namespace: "default" }),
  ]);
  const [ownDeployments, ownPods, ownServices, nearEvents, ledgerEvents] = children;
  const carried = wanted.traffic ? await readCarried(client, ownPods ?? [], optional) : undefined;
  const observed = {
    now: now(),
    fleets: [fleet],
    ...carried,
    addresses,
    pools,
    leases: lease,
    deployments: ownDeployments,
    pods: ownPods,
    services: ownServices,
    events: nearEvents && [...nearEvents, ...(ledgerEvents ?? [])],
  };
  return { observed, missing: optional.missing };
}

/** Reads fleets, of which an unknown kind is not "none". @throws NotInstalledError */
export async function installed<T>(fleets: Promise<T>): Promise<T> {
  try {
    return await fleets;
  } catch (cause) {
    if (!(cause instanceof NotFoundError)) throw cause;
    throw new NotInstalledError(
      "this cluster does not know the kind WhatsAppProxy: install Proxyfleet (docs/install.md), or choose another context",
      { cause },
    );
  }
}

async function readOne(client: Client, key: FleetName): Promise<CustomObject> {
  const { namespace, name } = key;
  const found = await needing({ verb: "get", of: resources.fleets, namespace }, async () =>
    client.get(resources.fleets, key),
  );
  if (found !== undefined) return found;
  throw new NoSuchFleetError(
    `there is no WhatsAppProxy ${name} in namespace ${namespace}: kubectl get wap -A lists all`,
  );
}
