import { parseAddressPool } from "../../api/address-pool.ts";
import { fleetLabel } from "../../api/names.ts";
import { balancerOf } from "../../address/io/observe.ts";
import type { HostResolver } from "../../address/io/resolve.ts";
import type { Resolution } from "../../address/observed.ts";
import type { Caches } from "../../cluster/caches.ts";
import type { AbsenceQuestion, Absences } from "../../cluster/io/absences.ts";
import { sidesOf } from "../../cluster/changes.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { CustomObject, Service } from "../../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import { isOrphan } from "../../ledger/orphan.ts";
import { type EntryTraces, tracesOf } from "../../ledger/traces.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import type { Controller } from "../../runtime/controller.ts";
import type { Inquiries } from "../../runtime/inquiries.ts";
import { type ReconcilerOptions, defineController } from "../../runtime/reconciler.ts";
import { type Confirmation, type ObservedOrphan, type OrphanAsk, decideOrphan } from "../decide.ts";
import { claimOf } from "../../ledger/claim.ts";
import { isLostForSure } from "./confirm.ts";

export interface OrphanControllerOptions extends ReconcilerOptions {
  readonly caches: Caches;
  readonly client: Pick<ApiClient, "get" | "list">;
  readonly confirmations: Inquiries<Confirmation>;
  readonly resolutions: Inquiries<Resolution>;
  readonly resolve: HostResolver;
  readonly absences: Absences;
}

/** Leaves no Service without its ledger entry. */
export function orphanController(options: OrphanControllerOptions): Controller {
  const { caches, queue, confirmations } = options;
  const add = (service: Service) => queue.add(keyText(keyOf(service)));
  enqueueServices(caches, add);
  caches.reach.onReadable((namespace) =>
    caches.services
      .list()
      .filter((service) => service.metadata.namespace === namespace)
      .forEach(add),
  );
  return defineController(
    {
      name: "orphan",
      observe: (key) => observeOrphan(key, options),
      decide: decideOrphan,
      answer: async (key, ask) => answer(key, ask, options),
      forget: (key) => {
        confirmations.forget(key);
        options.absences.drop(`service ${key}`);
      },
    },
    options,
  );
}

function enqueueServices({ services, addresses }: Caches, add: (service: Service) => void): void {
  services.onChange((change) => {
    // One that is gone is looked at, too, so that it is not waited for until the next resync.
    if (change.before === undefined || change.after === undefined) sidesOf(change).forEach(add);
  });
  addresses.onChange(({ before, after }) => {
    if (before !== undefined && after === undefined)
      services.by("address", before.metadata.name).forEach(add);
  });
}

/** Undefined where the Service is gone, or has its entry, or its fleet may be there unseen. */
function observeOrphan(key: string, options: OrphanControllerOptions): ObservedOrphan | undefined {
  const { caches, confirmations } = options;
  const service = caches.services.get(parseKey(key));
  if (service === undefined || !isOrphan(service, caches.addresses)) return undefined;
  const { namespace = "" } = service.metadata;
  if (!caches.reach.isReadable(namespace)) return undefined;
  const pool = caches.pools.get({ name: claimOf(service)?.spec.pool ?? "" });
  const { balancer, resolution } = balancerOf(service, options);
  const fleet = fleetOf(service, caches);
  return {
    service,
    given: balancer?.given ?? [],
    unresolved: resolution === undefined ? balancer?.hostname : undefined,
    fleet,
    fleetLives: fleet !== undefined,
    namespace: {
      name: namespace,
      labels: caches.namespaces.get({ name: namespace })?.metadata.labels ?? {},
    },
    pool: pool === undefined ? undefined : parseAddressPool(pool),
    ledger: [...caches.ledger.all()],
    unreadable: unreadable(caches),
    confirmation: confirmations.answer(key),
    absence: fleet === undefined ? options.absences.answer(absenceOf(service)) : undefined,
  };
}

function unreadable({ addresses }: Caches): readonly EntryTraces[] {
  const entries = addresses.list().filter((entry) => viewOfEntry(entry).view === undefined);
  return entries.map(tracesOf);
}

function fleetOf(service: Service, { fleets }: Caches): CustomObject | undefined {
  return fleets.get(fleetKeyOf(service));
}

function fleetKeyOf({ metadata: { namespace = "", labels } }: Service) {
  return { namespace, name: labels?.[fleetLabel] ?? "" };
}

function absenceOf(service: Service): AbsenceQuestion {
  return { subject: `service ${keyText(keyOf(service))}`, fleet: fleetKeyOf(service) };
}

function answer(key: string, ask: OrphanAsk, options: OrphanControllerOptions): "later" {
  const { client, caches, confirmations, resolutions, resolve, queue, now } = options;
  const again = () => queue.add(key);
  switch (ask.kind) {
    case "confirm": {
      const { uid = "" } = ask.service.metadata;
      const run = async () => {
        const isLost = await isLostForSure(ask.service, client, caches);
        return { uid, isLost, at: now() };
      };
      confirmations.ask(key, run, again);
      break;
    }
    case "absence": {
      const service = caches.services.get(parseKey(key));
      if (service !== undefined) options.absences.ask(absenceOf(service), again);
      break;
    }
    case "resolve": {
      const run = async () => ({ addresses: await resolve(ask.hostname), at: now() });
      resolutions.ask(ask.hostname, run, again);
      break;
    }
  }
  return "later";
}
