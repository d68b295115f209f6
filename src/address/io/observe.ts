import { mediaTest } from "../../api/media-name.ts";
import { type AddressPool, parseAddressPool } from "../../api/address-pool.ts";
import { type WhatsAppProxy, parseWhatsAppProxy } from "../../api/fleet.ts";
import { childName } from "../../api/names.ts";
import { type ProxyAddress, parseProxyAddress } from "../../api/proxy-address.ts";
import type { Caches } from "../../cluster/caches.ts";
import { type Settings, isLookedAfter } from "../../cluster/settings.ts";
import type { CustomObject, Service } from "../../kubernetes/objects.ts";
import type { Deletion } from "../../cluster/deletion.ts";
import { belongsTo } from "../../ledger/ownership.ts";
import { addressView } from "../../ledger/view.ts";
import { versionKinds } from "../../pool/providers.ts";
import { isServingPod } from "../../pods/view.ts";
import { madeFor } from "../../proxy/lane-certificates.ts";
import { tenantOf } from "../../proxy/tenant.ts";
import type { PassMemory } from "../../runtime/reconciler.ts";
import { canonicalIp, parseIp } from "../../values/ip.ts";
import type { BalancerWarnings } from "../balancer-words.ts";
import type { LoadBalancerView } from "../load-balancer.ts";
import type { ObservedAddress, Resolution } from "../observed.ts";
import type { Probe, ReferenceAddress } from "../probe.ts";
import { marksBeside } from "./marks.ts";
import { othersSetSince } from "./others.ts";

/** Where an entry's surroundings are read from. */
export interface AddressSources {
  readonly caches: Caches;
  readonly settings: Settings;
  readonly isBusy: () => boolean;
  /** What the deletion of an entry means, as far as the server was asked. */
  readonly deletion: (entry: CustomObject) => Deletion;
  /** What probes of entries showed, by the entry's name. */
  readonly probes: { answer(name: string): Probe | undefined };
  /** What load balancers say of Services, by the entry's name. */
  readonly warnings: { answer(name: string): BalancerWarnings | undefined };
  /** What load balancers' names led to. */
  readonly resolutions: { answer(hostname: string): Resolution | undefined };
}

/** So many other addresses of the pool a failing one is compared with. */
const mostReferences = 3;

/**
 * Reads an entry and all around it from the caches. Undefined: there is none, none that can be read,
 * or none of a namespace that is looked after.
 */
export function observeAddress(
  name: string,
  { refused = [] }: PassMemory,
  sources: AddressSources,
): ObservedAddress | undefined {
  const { caches, isBusy, probes, warnings } = sources;
  const raw = caches.addresses.get({ name });
  const parsed = raw === undefined ? undefined : parseProxyAddress(raw);
  if (raw === undefined || parsed?.ok !== true) return undefined;
  const entry = parsed.value;
  const { claimRef } = entry.spec;
  if (!isLookedAfter(sources, claimRef.namespace)) return undefined;
  const services = servicesOf({ name, namespace: claimRef.namespace }, caches);
  const { balancer, resolution } = balancerOf(services[0], sources);
  return {
    raw,
    entry,
    deletion: sources.deletion(raw),
    fleet: claimingFleet(entry, caches.fleets.get(claimRef)),
    pool: readPool(caches.pools.get({ name: entry.spec.pool })),
    certificate: certificateOf(entry, caches),
    services,
    signs: {
      marks: marksBeside(entry, services[0], caches),
      kinds: versionKinds.filter((kind) => caches.servedKinds.has(kind)),
    },
    balancer,
    resolution,
    warnings: warnings.answer(name),
    othersSetSince: othersSetSince(entry, services[0], caches),
    heldElsewhere: heldElsewhere(entry, balancer, caches),
    pods: caches.pods.by("fleet", `${claimRef.namespace}/${claimRef.name}`).filter(isServingPod),
    references: entry.status.phase === "Verifying" ? referencesFor(entry, caches) : [],
    probe: probes.answer(name),
    refused,
    isBusy: isBusy(),
  };
}

/**
 * Only what lies in the claim's own namespace counts: a Service elsewhere that carries the label is
 * somebody's own.
 */
export function servicesOf(
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
  caches: Caches,
): Service[] {
  const own = caches.services
    .by("address", name)
    .filter((service) => service.metadata.namespace === namespace);
  const isLeaving = (service: Service) => Number(service.metadata.deletionTimestamp !== undefined);
  return own.toSorted((a, b) => isLeaving(a) - isLeaving(b));
}

/** What a Service has of its load balancer: addresses, or a name and what that last led to. */
export function balancerOf(
  service: Service | undefined,
  { resolutions }: Pick<AddressSources, "resolutions">,
): { balancer: LoadBalancerView | undefined; resolution: Resolution | undefined } {
  if (service === undefined) return { balancer: undefined, resolution: undefined };
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const ips = ingress.flatMap(({ ip }) => (ip === undefined || ip === "" ? [] : [ip]));
  const named = ingress.find((one) => one.hostname !== undefined && one.hostname !== "");
  const hostname = ips.length > 0 ? undefined : named?.hostname;
  const resolution = hostname === undefined ? undefined : resolutions.answer(hostname);
  const found = hostname === undefined ? ips : (resolution?.addresses ?? []);
  const given = found.flatMap((ip) => canonicalIp(ip) ?? []);
  return { balancer: { given, hostname }, resolution };
}

function heldElsewhere(
  { spec }: ProxyAddress,
  balancer: LoadBalancerView | undefined,
  { ledger }: Caches,
): readonly string[] {
  if (spec.address !== undefined) return [];
  return (balancer?.given ?? []).filter((ip) => ledger.holds(parseIp(ip)));
}

function certificateOf(entry: ProxyAddress, caches: Caches): string | undefined {
  const { spec, metadata } = entry;
  const { namespace, name } = spec.claimRef;
  const secret = caches.secrets.get({ namespace, name: childName(name) });
  const services = caches.services.by("address", metadata.name);
  const uid = tenantOf(entry, { secret, services });
  return madeFor(secret, { lane: spec.lane, uid })?.sha256;
}

function claimingFleet(
  entry: ProxyAddress,
  raw: CustomObject | undefined,
): WhatsAppProxy | undefined {
  const isOwn = raw !== undefined && belongsTo(addressView(entry), raw.metadata.uid);
  return isOwn ? readFleet(raw) : undefined;
}

function readFleet(raw: CustomObject | undefined): WhatsAppProxy | undefined {
  const parsed = raw === undefined ? undefined : parseWhatsAppProxy(raw);
  return parsed?.ok === true ? parsed.value : undefined;
}

function readPool(raw: CustomObject | undefined): AddressPool | undefined {
  const parsed = raw === undefined ? undefined : parseAddressPool(raw);
  return parsed?.ok === true ? parsed.value : undefined;
}

function referencesFor(entry: ProxyAddress, caches: Caches): readonly ReferenceAddress[] {
  const found: ReferenceAddress[] = [];
  for (const { name, phase } of caches.ledger.of(entry.spec.pool)) {
    if (found.length === mostReferences) break;
    if (phase === "Serving" && name !== entry.metadata.name)
      found.push(...referenceOf(name, caches));
  }
  return found;
}

/** An address that serves, with what it should show; none where nobody knows that. */
function referenceOf(name: string, caches: Caches): readonly ReferenceAddress[] {
  const raw = caches.addresses.get({ name });
  const parsed = raw === undefined ? undefined : parseProxyAddress(raw);
  if (parsed?.ok !== true) return [];
  const { spec } = parsed.value;
  const certificate = certificateOf(parsed.value, caches);
  if (certificate === undefined || spec.address === undefined) return [];
  const fleet = readFleet(caches.fleets.get(spec.claimRef));
  const pool = readPool(caches.pools.get({ name: spec.pool }));
  return [
    {
      host: spec.address,
      certificate,
      ...mediaTest(fleet),
      listeners: spec.ports,
      hasHeader: pool?.spec.proxyProtocol.version === "V2",
    },
  ];
}
