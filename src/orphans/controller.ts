import type { CustomObject, Service } from "../kubernetes/objects.ts";
import { parseAddressPool } from "../api/address-pool.ts";
import { parseProxyAddress } from "../api/proxy-address.ts";
import { pinned } from "../kubernetes/apply.ts";
import { services as serviceKind } from "../kubernetes/builtin.ts";
import * as custom from "../api/resources.ts";
import type { Story } from "../kubernetes/events.ts";
import { keyOf, keyText, parseKey } from "../kubernetes/resource.ts";
import { addressLabel, fieldManagers, fleetLabel } from "../api/names.ts";
import { type Controller, type Outcome, done, gone } from "../runtime/controller.ts";
import { type HostResolver, dnsResolver } from "../address/resolve.ts";
import { balancerOf } from "../address/observe.ts";
import type { Environment } from "../cluster/environment.ts";
import { sidesOf } from "../cluster/changes.ts";
import { type Fate, claimOf, fateOf } from "./decide.ts";
import { isEntryOf, isOrphan } from "../ledger/orphan.ts";

/**
 * Leaves no Service without its ledger entry: it is adopted back if its fleet lives, and deleted
 * otherwise.
 */
export function serviceController(
  environment: Environment,
  resolve: HostResolver = dnsResolver(),
): Controller {
  const queue = environment.makeQueue();
  const { caches } = environment;
  const addAll = (services: readonly Service[]) =>
    services.forEach((service) => queue.add(keyText(keyOf(service))));
  caches.services.onChange((change) => {
    // One that is gone is looked at, too, so that it is not waited for until the next resync.
    if (change.before === undefined || change.after === undefined) addAll(sidesOf(change));
  });
  caches.addresses.onChange(({ before, after }) => {
    if (before !== undefined && after === undefined)
      addAll(caches.services.by("address", before.metadata.name));
  });
  return {
    name: "service",
    workers: 2,
    queue,
    async reconcile(key): Promise<Outcome> {
      const service = caches.services.get(parseKey(key));
      if (service === undefined) return gone;
      if (!isOrphan(service, caches) || !(await isLostForSure(service, environment))) return done;
      await carryOut(service, await gatherFate(service, environment, resolve), environment);
      return done;
    },
  };
}

/**
 * Asks the server, since each cache lags behind in its own way. An entry is made before its Service
 * and goes after it, so a Service that was seen before, and still is there after its entry was
 * found missing, has lost it.
 */
async function isLostForSure(
  { metadata }: Service,
  { client, caches }: Environment,
): Promise<boolean> {
  const name = metadata.labels?.[addressLabel] ?? "";
  const entry = await client.get<CustomObject>(custom.addresses, { name });
  if (entry !== undefined) caches.addresses.recordWrite(entry);
  if (isEntryOf(entry, metadata.namespace)) return false;
  const labelSelector = `${addressLabel}=${name}`;
  const { items } = await client.list<Service>(serviceKind, {
    namespace: metadata.namespace ?? "",
    labelSelector,
  });
  return items.some(
    (item) => item.metadata.uid === metadata.uid && item.metadata.deletionTimestamp === undefined,
  );
}

async function gatherFate(
  service: Service,
  { caches }: Environment,
  resolve: HostResolver,
): Promise<Fate> {
  const namespace = service.metadata.namespace ?? "";
  const pool = caches.pools.get({ name: claimOf(service)?.spec.pool ?? "" });
  return fateOf({
    service,
    given: (await balancerOf(service, resolve)).given,
    fleetLives: fleetOf(service, caches) !== undefined,
    namespace: {
      name: namespace,
      labels: caches.namespaces.get({ name: namespace })?.metadata.labels ?? {},
    },
    pool: pool === undefined ? undefined : parseAddressPool(pool),
    ledger: caches.addresses.list().flatMap((raw) => {
      const parsed = parseProxyAddress(raw);
      return parsed.ok ? [parsed.value] : [];
    }),
  });
}

async function carryOut(service: Service, fate: Fate, environment: Environment): Promise<void> {
  const { client, caches, events, log } = environment;
  const key = keyOf(service);
  log.warn(
    {
      service: keyText(key),
      fate: fate.kind,
      ...(fate.kind === "delete" ? { because: fate.because } : {}),
    },
    "a Service lost its ledger entry",
  );
  if (fate.kind === "adopt")
    caches.addresses.recordWrite(
      await client.create<CustomObject>(custom.addresses, fate.entry, fieldManagers.fleet),
    );
  else await client.delete(serviceKind, key, pinned(caches.services, service));
  const fleet = fleetOf(service, caches);
  if (fleet !== undefined) await events.tell(fleet, storyOf(service.metadata.name, fate));
}

function storyOf(name: string, fate: Fate): Story {
  if (fate.kind === "adopt")
    return {
      type: "Warning",
      reason: "AddressAdopted",
      message: `the ledger had lost ${fate.address}: its entry was made again from Service ${name}`,
    };
  return {
    type: "Warning",
    reason: "ServiceRemoved",
    message: `Service ${name} has no ledger entry and was removed: ${fate.because}`,
  };
}

function fleetOf({ metadata }: Service, caches: Environment["caches"]): CustomObject | undefined {
  return caches.fleets.get({
    namespace: metadata.namespace ?? "",
    name: metadata.labels?.[fleetLabel] ?? "",
  });
}
