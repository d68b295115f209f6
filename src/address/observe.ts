import type { CustomObject, Pod, Service } from "../kubernetes/objects.ts";
import { type AddressPool, parseAddressPool } from "../api/address-pool.ts";
import { type WhatsAppProxy, parseWhatsAppProxy } from "../api/fleet.ts";
import { type ProxyAddress, parseProxyAddress } from "../api/proxy-address.ts";
import { canonicalIp, parseIp } from "../values/ip.ts";
import type { LoadBalancerView } from "./load-balancer.ts";
import { belongsTo } from "../ledger/ownership.ts";
import { isServingPod } from "../pods/view.ts";
import { childName } from "../api/names.ts";
import type { HostResolver } from "./resolve.ts";
import { laneCertificates } from "../proxy/lane-certificates.ts";
import { type Environment, serves } from "../cluster/environment.ts";

/**
 * All that the next step of a ledger entry is decided from; the try at the address comes on top,
 * where one is due.
 */
export interface ObservedAddress {
  readonly raw: CustomObject;
  readonly entry: ProxyAddress;
  /** The fleet that it belongs to, if there is one that can be read. */
  readonly fleet: WhatsAppProxy | undefined;
  readonly pool: AddressPool | undefined;
  /** SHA-256 of the certificate that was made for this entry. */
  readonly certificate: string | undefined;
  /** Its Services, those that are not on their way out first. */
  readonly services: readonly Service[];
  /** What the first of them has of its load balancer. */
  readonly balancer: LoadBalancerView | undefined;
  /** Addresses that other entries hold, in use or at rest, of those that the load balancer gave. */
  readonly heldElsewhere: readonly string[];
  readonly pods: readonly Pod[];
  /** Whether much else waits for the operator. */
  readonly isBusy: boolean;
}

/**
 * Reads an entry and all around it from the caches, and a load balancer's name from DNS. Undefined:
 * there is none, or none that can be read.
 */
export async function gatherAddress(
  name: string,
  { caches, log, settings, isBusy }: Environment,
  resolve: HostResolver,
): Promise<ObservedAddress | undefined> {
  const raw = caches.addresses.get({ name });
  if (raw === undefined) return undefined;
  const parsed = parseProxyAddress(raw);
  if (!parsed.ok) {
    log.warn(
      { address: name, problem: parsed.problem },
      "a ledger entry can't be read and is left alone",
    );
    return undefined;
  }
  const entry = parsed.value;
  const { claimRef, lane, pool } = entry.spec;
  if (!serves(settings, claimRef.namespace)) return undefined;
  const secret = caches.secrets.get({
    namespace: claimRef.namespace,
    name: childName(claimRef.name),
  });
  const services = servicesOf(entry, caches);
  const balancer = services[0] === undefined ? undefined : await balancerOf(services[0], resolve);
  return {
    raw,
    entry,
    fleet: claimingFleet(entry, caches.fleets.get(claimRef)),
    pool: readPool(caches.pools.get({ name: pool })),
    certificate: laneCertificates(secret).find(
      (certificate) => certificate.lane === lane && certificate.uid === entry.metadata.uid,
    )?.sha256,
    services,
    balancer,
    heldElsewhere:
      entry.spec.address === undefined
        ? (balancer?.given ?? []).filter((ip) => caches.ledger.holds(parseIp(ip)))
        : [],
    pods: caches.pods.by("fleet", `${claimRef.namespace}/${claimRef.name}`).filter(isServingPod),
    isBusy: isBusy(),
  };
}

/**
 * Only what lies in the claim's own namespace counts: a Service elsewhere that carries the label is
 * somebody's own.
 */
function servicesOf({ metadata, spec }: ProxyAddress, caches: Environment["caches"]): Service[] {
  const own = caches.services
    .by("address", metadata.name)
    .filter((service) => service.metadata.namespace === spec.claimRef.namespace);
  const isLeaving = (service: Service) => Number(service.metadata.deletionTimestamp !== undefined);
  return own.toSorted((a, b) => isLeaving(a) - isLeaving(b));
}

/** What a Service has of its load balancer; a name is resolved. */
export async function balancerOf(
  { status }: Service,
  resolve: HostResolver,
): Promise<LoadBalancerView> {
  const ingress = status?.loadBalancer?.ingress ?? [];
  const ips = ingress.flatMap(({ ip }) => (ip === undefined || ip === "" ? [] : [ip]));
  const hostname =
    ips.length > 0
      ? undefined
      : ingress.find((one) => one.hostname !== undefined && one.hostname !== "")?.hostname;
  const found = hostname === undefined ? ips : await resolve(hostname);
  return { given: found.flatMap((ip) => canonicalIp(ip) ?? []), hostname };
}

function claimingFleet(
  entry: ProxyAddress,
  raw: CustomObject | undefined,
): WhatsAppProxy | undefined {
  if (raw === undefined || !belongsTo(entry, raw.metadata.uid)) return undefined;
  const parsed = parseWhatsAppProxy(raw);
  return parsed.ok ? parsed.value : undefined;
}

function readPool(raw: CustomObject | undefined): AddressPool | undefined {
  const parsed = raw === undefined ? undefined : parseAddressPool(raw);
  return parsed?.ok === true ? parsed.value : undefined;
}
