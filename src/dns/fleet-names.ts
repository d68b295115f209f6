import type { Finding, StoredCondition } from "../api/findings.ts";
import { fieldManagers } from "../api/names.ts";
import type { WhatsAppProxySpec } from "../api/fleet.ts";
import { isAsMade } from "../cluster/as-made.ts";
import { type DnsEndpoint, dnsEndpoints } from "../kubernetes/external-dns.ts";
import type { KindState } from "../kubernetes/kind-presence.ts";
import { keyOf, stateOf } from "../kubernetes/resource.ts";
import { type AddressView, publishedAddress } from "../ledger/view.ts";
import type { ChildOwner } from "../proxy/deployment.ts";
import type { NameUse } from "../rotation/fleet-view.ts";
import type { Effect } from "../runtime/effect.ts";
import type { ShareKey } from "../share/tokens.ts";
import { canonicalIp } from "../values/ip.ts";
import { type Instant, parseInstant } from "../values/time.ts";
import { endpointFor, listedTargets } from "./endpoint.ts";
import { type NameAsk, isLive, nameAsks, nextLooksAt } from "./lookups.ts";
import type { NamedSlot } from "./named-slot.ts";
import type { NameReading } from "./reading.ts";
import { dnsReady } from "./ready.ts";
import { type SlotName, slotNames } from "./slot-name.ts";
import { nameTargets } from "./targets.ts";
import { nameUses } from "./use.ts";

/** What is known of a fleet's names. */
export interface ObservedNames {
  /** Undefined while it is not known: nothing is made then, and what is there stays. */
  readonly key: ShareKey | undefined;
  readonly kind: KindState;
  /** DNSEndpoints of the fleet. */
  readonly endpoints: readonly DnsEndpoint[];
  /** What resolvers said last, by slot. */
  readonly readings: ReadonlyMap<number, NameReading>;
}

/** The fleet whose names are decided. */
export interface NamesInput {
  readonly owner: ChildOwner;
  readonly spec: Pick<WhatsAppProxySpec, "dns" | "addresses" | "audience">;
  /** It goes, and its names with it. */
  readonly isEnding: boolean;
  readonly addresses: readonly AddressView[];
  readonly before: readonly StoredCondition[];
  readonly observed: ObservedNames;
}

/** What is to be done about a fleet's names, and what is said of them. */
export interface FleetNames {
  readonly effects: readonly Effect[];
  readonly asks: readonly NameAsk[];
  readonly requeueAt: Instant | undefined;
  /** Whether people may still be sent to an address by its slot's name, by ledger entry. */
  readonly use: ReadonlyMap<string, NameUse>;
  /** The condition DNSReady; undefined: the fleet asks for no names. */
  readonly ready: Finding | undefined;
}

/** The next step of a fleet's names. */
export function fleetNames(input: NamesInput, now: Instant): FleetNames {
  const { spec, isEnding, observed } = input;
  const { dns } = spec;
  if (dns === undefined || isEnding) return withoutDns(observed);
  const { key, kind } = observed;
  const slots = key === undefined ? undefined : namedSlots(input, { key, dns }, now);
  const known = slots ?? [];
  return {
    effects: slots === undefined ? [] : effectsOf(slots, { ...input, ttl: dns.ttl }),
    asks: nameAsks(known, now),
    requeueAt: nextLooksAt(known, now),
    use: slots === undefined ? unknownUses(input) : nameUses(slots),
    ready: dnsReady({ pattern: dns.hostname, kind, slots, before: input.before }, now),
  };
}

function withoutDns({ kind, endpoints }: ObservedNames): FleetNames {
  return {
    effects: kind === "Served" ? removals(endpoints, new Set()) : [],
    asks: [],
    requeueAt: undefined,
    use: new Map(),
    ready: undefined,
  };
}

/**
 * Until the key is read, as after a restart, nobody knows what the names lead to: nowhere, where the
 * fleet has no object for any.
 */
function unknownUses({ addresses, spec, observed }: NamesInput): ReadonlyMap<string, NameUse> {
  if (observed.kind === "Missing" || observed.endpoints.length === 0) return new Map();
  const own = addresses.filter(({ slot }) => slot < spec.addresses.count);
  return new Map(own.map(({ name }) => [name, unknown]));
}

const unknown: NameUse = { kind: "unknown" };

interface NameSource {
  readonly key: ShareKey;
  readonly dns: NonNullable<WhatsAppProxySpec["dns"]>;
}

function namedSlots(
  { owner, spec, addresses, observed }: NamesInput,
  { key, dns }: NameSource,
  now: Instant,
): readonly NamedSlot[] {
  const { namespace, fleet } = owner;
  const { count } = spec.addresses;
  const bySlot = Map.groupBy(addresses, ({ slot }) => slot);
  return slotNames(key, { namespace, fleet, count, pattern: dns.hostname }).map((name) => {
    const own = (bySlot.get(name.slot) ?? []).map(inUsualText);
    const endpoint = endpointOf(name, observed);
    const madeAt = parseInstant(endpoint?.metadata.creationTimestamp);
    const reading = readingOf(name, { observed, madeAt });
    const published = publishedAddress(own, name.slot);
    const listed = listedTargets(endpoint);
    const slot = { name, addresses: own, published, targets: [], madeAt, reading };
    const isLiveNow = published !== undefined && isLive({ ...slot, targets: targetOf(published) });
    const given = { slot: name.slot, addresses: own, audience: spec.audience.countries };
    return { ...slot, targets: nameTargets({ ...given, listed, isLive: isLiveNow, now }) };
  });
}

/** One address has one text, in the ledger and in what resolvers say. */
function inUsualText(view: AddressView): AddressView {
  return { ...view, address: view.address === undefined ? undefined : canonicalIp(view.address) };
}

function targetOf({ address }: AddressView): readonly string[] {
  return address === undefined ? [] : [address];
}

/**
 * An answer about another name, as before the pattern was changed, says nothing of this one; nor
 * does one from before the name was made again.
 */
function readingOf(
  { slot, host }: SlotName,
  { observed, madeAt }: { readonly observed: ObservedNames; readonly madeAt: Instant | undefined },
): NameReading | undefined {
  const reading = observed.readings.get(slot);
  const isOfThis = reading?.host === host && reading.at >= (madeAt ?? reading.at);
  return isOfThis ? reading : undefined;
}

/** Where the kind is missing, nothing publishes what was made of it. */
function endpointOf(
  { object }: SlotName,
  { endpoints, kind }: ObservedNames,
): DnsEndpoint | undefined {
  if (kind === "Missing") return undefined;
  return endpoints.find(({ metadata }) => metadata.name === object);
}

function effectsOf(
  slots: readonly NamedSlot[],
  { owner, observed, ttl }: NamesInput & { readonly ttl: number },
): readonly Effect[] {
  if (observed.kind !== "Served") return [];
  const wanted = slots.filter(({ targets }) => targets.length > 0);
  const applied = wanted.flatMap(({ name, targets }): readonly Effect[] => {
    const object = endpointFor(name, { targets, ttl }, owner);
    const live = endpointOf(name, observed);
    if (live !== undefined && isAsMade(live, object)) return [];
    const effect = { kind: "apply", id: `name ${name.slot}`, of: dnsEndpoints } as const;
    return [{ ...effect, object, fieldManager: fieldManagers.fleet }];
  });
  return [
    ...applied,
    ...removals(observed.endpoints, new Set(wanted.map(({ name }) => name.object))),
  ];
}

function removals(
  endpoints: readonly DnsEndpoint[],
  wanted: ReadonlySet<string>,
): readonly Effect[] {
  const unwanted = endpoints.filter(
    ({ metadata: { name, deletionTimestamp } }) =>
      !wanted.has(name) && deletionTimestamp === undefined,
  );
  return unwanted.map((endpoint) => ({
    kind: "delete",
    id: `no name ${endpoint.metadata.name}`,
    of: dnsEndpoints,
    key: keyOf(endpoint),
    state: stateOf(endpoint),
  }));
}
