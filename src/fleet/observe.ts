import { type AddressView, addressView, type SessionCounts } from "../ledger/view.ts";
import { poolView, type PoolView } from "../pool/view.ts";
import type { CustomObject, Deployment, Pod, Secret } from "../kubernetes/objects.ts";
import { type AddressPool, parseAddressPool } from "../api/address-pool.ts";
import { type WhatsAppProxy, parseWhatsAppProxy } from "../api/fleet.ts";
import type { Parsed } from "../api/parse.ts";
import { type ProxyAddress, parseProxyAddress } from "../api/proxy-address.ts";
import type { HeldAddresses } from "../ledger/held-addresses.ts";
import { belongsTo } from "../ledger/ownership.ts";
import { isServingPod } from "../pods/view.ts";
import type { PodReport } from "../pods/report.ts";
import { type ObjectKey, keyOf, keyText } from "../kubernetes/resource.ts";
import { childName } from "../api/names.ts";
import { providers } from "../pool/providers.ts";
import type { PodStatus } from "../pods/status.ts";
import { type Environment, serves } from "../cluster/environment.ts";

/** All that the next step of a fleet is decided from. */
export interface ObservedFleet {
  readonly key: ObjectKey;
  readonly raw: CustomObject | undefined;
  /** Undefined where the fleet is gone and only ledger entries are left. */
  readonly parsed: Parsed<WhatsAppProxy> | undefined;
  readonly entries: readonly ProxyAddress[];
  readonly own: readonly AddressView[];
  /** Entries of an earlier fleet of that name. */
  readonly orphans: readonly AddressView[];
  readonly pools: readonly PoolView[];
  readonly formerPools: readonly PoolView[];
  readonly poolSpecs: ReadonlyMap<string, AddressPool["spec"]>;
  readonly held: HeldAddresses;
  readonly deployment: Deployment | undefined;
  readonly secret: Secret | undefined;
  readonly pods: readonly Pod[];
  /** What serving pods said, by pod name; asked only while something drains or ends. */
  readonly podStatuses: ReadonlyMap<string, PodStatus | undefined>;
  /** What serving pods said when they were last asked. */
  readonly reports: readonly PodReport[];
  /** Whether some of them were not asked yet. */
  readonly isAsking: boolean;
}

/**
 * Reads a fleet and all around it from the caches, and from its pods where sessions matter.
 * Undefined: there is nothing of it.
 */
export async function gatherFleet(
  key: ObjectKey,
  environment: Pick<Environment, "caches" | "settings" | "podStatus" | "podReports" | "log">,
): Promise<ObservedFleet | undefined> {
  const { caches, settings } = environment;
  if (!serves(settings, key.namespace)) return undefined;
  const raw = caches.fleets.get(key);
  const entries = caches.addresses
    .by("fleet", keyText(key))
    .flatMap((entry) => readable(parseProxyAddress(entry)));
  if (raw === undefined && entries.length === 0) return undefined;
  const parsed = raw === undefined ? undefined : parseWhatsAppProxy(raw);
  const pods = caches.pods.by("fleet", keyText(key));
  const isOwn = (entry: ProxyAddress) => raw !== undefined && belongsTo(entry, raw.metadata.uid);
  const own = entries.filter(isOwn);
  const podStatuses = await askPods(pods, own, raw, environment);
  const sessions = sessionCounts(own, podStatuses);
  const named =
    parsed?.ok === true ? parsed.value.spec.addresses.pools.map(({ name }) => name) : [];
  const former = [...new Set(entries.map(({ spec }) => spec.pool))].filter(
    (name) => !named.includes(name),
  );
  const child = { namespace: key.namespace, name: childName(key.name) };
  return {
    key,
    raw,
    parsed,
    entries,
    own: own.map((entry) => addressView(entry, sessions)),
    orphans: entries.filter((entry) => !isOwn(entry)).map((entry) => addressView(entry)),
    ...gatherPools(key, named, former, environment),
    deployment: caches.deployments.get(child),
    secret: caches.secrets.get(child),
    pods,
    podStatuses,
    ...gatherReports(pods, environment),
  };
}

function gatherReports(
  pods: readonly Pod[],
  { podReports }: Pick<Environment, "podReports">,
): Pick<ObservedFleet, "reports" | "isAsking"> {
  const known = pods.filter(isServingPod).map((pod) => podReports.report(keyText(keyOf(pod))));
  const reports = known.filter((report) => report !== undefined);
  return { reports, isAsking: reports.length < known.length };
}

function readable<T>(parsed: Parsed<T>): T[] {
  return parsed.ok ? [parsed.value] : [];
}

type GatheredPools = Pick<ObservedFleet, "pools" | "formerPools" | "poolSpecs" | "held">;

function gatherPools(
  key: ObjectKey,
  named: readonly string[],
  former: readonly string[],
  { caches }: Pick<Environment, "caches">,
): GatheredPools {
  const namespace = {
    name: key.namespace ?? "",
    labels: caches.namespaces.get({ name: key.namespace ?? "" })?.metadata.labels ?? {},
  };
  const supported = new Set(providers.keys());
  const parsed = new Map<string, Parsed<AddressPool>>();
  const view = (name: string) => {
    const raw = caches.pools.get({ name });
    if (raw !== undefined) parsed.set(name, parseAddressPool(raw));
    const held = caches.ledger.heldBy(namespace.name, name);
    return poolView(name, parsed.get(name), { namespace, held, supported });
  };
  return {
    pools: named.map(view),
    formerPools: former.map(view),
    poolSpecs: new Map(
      [...parsed].flatMap(([name, pool]) => (pool.ok ? [[name, pool.value.spec] as const] : [])),
    ),
    held: caches.ledger.held,
  };
}

/** Sessions count only for what drains or ends: a settled fleet's pods are left alone. */
async function askPods(
  pods: readonly Pod[],
  own: readonly ProxyAddress[],
  raw: CustomObject | undefined,
  { podStatus, log }: Pick<Environment, "podStatus" | "log">,
): Promise<Map<string, PodStatus | undefined>> {
  const isOfInterest =
    raw?.metadata.deletionTimestamp !== undefined ||
    own.some(({ status }) => status?.phase === "Draining");
  if (!isOfInterest) return new Map();
  const ask = async (pod: Pod) => {
    try {
      return [pod.metadata.name, await podStatus(pod)] as const;
    } catch (error) {
      log.debug({ pod: pod.metadata.name, error }, "a pod did not say what it has loaded");
      return [pod.metadata.name, undefined] as const;
    }
  };
  return new Map(await Promise.all(pods.filter(isServingPod).map(ask)));
}

/**
 * Open sessions of each entry's lane over all pods; an entry is left out while a pod has not said.
 */
function sessionCounts(
  own: readonly ProxyAddress[],
  statuses: ReadonlyMap<string, PodStatus | undefined>,
): SessionCounts {
  const known = [...statuses.values()];
  if (known.length === 0 || known.includes(undefined)) return new Map();
  const count = (entry: ProxyAddress) =>
    known.reduce(
      (sum, status) =>
        sum +
        (status?.lanes.find(
          ({ lane, address }) => lane === entry.spec.lane && address === entry.metadata.name,
        )?.sessions ?? 0),
      0,
    );
  return new Map(own.map((entry) => [entry.metadata.name, count(entry)]));
}
