import { type ChildOwner } from "../../../src/proxy/deployment.ts";
import { type FleetNames, type NamesInput, fleetNames } from "../../../src/dns/fleet-names.ts";
import type { NameReading } from "../../../src/dns/reading.ts";
import { type DnsEndpoint, dnsEndpoints } from "../../../src/kubernetes/external-dns.ts";
import { appliedMarks } from "../../../src/api/names.ts";
import { hashOfObject } from "../../../src/kubernetes/difference.ts";
import type { KindState } from "../../../src/kubernetes/kind-presence.ts";
import type { AddressView } from "../../../src/ledger/view.ts";
import { type ShareKey, nameToken, recordName, shareKey } from "../../../src/share/tokens.ts";
import type { StoredCondition } from "../../../src/api/findings.ts";
import { type Instant, formatInstant } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";

/** A key that is as good as any. */
export const key = shareKey(new Uint8Array(32).fill(7)) as ShareKey;
/** What the fleet of these tests asks for. */
export const dns = { hostname: "{token}.example.org", ttl: 60 };
const seatOf = (slot: number) => ({ namespace: "proxies", fleet: "family", slot });

/** The name of a slot. */
export function host(slot = 0): string {
  return dns.hostname.replace("{token}", nameToken(key, seatOf(slot)));
}

/** What a slot's DNSEndpoint is called. */
export function objectName(slot = 0): string {
  return recordName(key, seatOf(slot), host(slot));
}

const owner: ChildOwner = {
  namespace: "proxies",
  fleet: "family",
  owner: {
    apiVersion: "proxyfleet.dev/v1alpha1",
    kind: "WhatsAppProxy",
    name: "family",
    uid: "u1",
  },
};

/** How a test differs from a fleet of one slot whose DNSEndpoints are served and whose key is known. */
export interface GivenNames {
  readonly count?: number;
  readonly dns?: { readonly hostname: string; readonly ttl: number } | undefined;
  readonly countries?: readonly string[];
  readonly addresses?: readonly AddressView[];
  readonly isEnding?: boolean;
  readonly key?: ShareKey | undefined;
  readonly kind?: KindState;
  readonly endpoints?: readonly DnsEndpoint[];
  readonly readings?: ReadonlyMap<number, NameReading>;
  readonly before?: readonly StoredCondition[];
}

/** What is decided of a fleet's names. */
export function namesOf(given: GivenNames = {}, now: Instant = noon): FleetNames {
  const { count = 1, countries = [], addresses = [], isEnding = false, before = [] } = given;
  const spec = { addresses: { count }, audience: { countries: [...countries] } };
  const asked = "dns" in given ? given.dns : dns;
  const observed = {
    key: "key" in given ? given.key : key,
    kind: given.kind ?? ("Served" as const),
    endpoints: given.endpoints ?? [],
    readings: given.readings ?? new Map(),
  };
  const input = {
    owner,
    spec: asked === undefined ? spec : { ...spec, dns: asked },
    isEnding,
    addresses,
    before,
    observed,
  };
  return fleetNames(input as unknown as NamesInput, now);
}

/** The DNSEndpoints that are to be written. */
export function applied({ effects }: Pick<FleetNames, "effects">): readonly DnsEndpoint[] {
  return effects.flatMap((effect) =>
    effect.kind === "apply" && effect.of === dnsEndpoints ? [effect.object as DnsEndpoint] : [],
  );
}

/** The names of DNSEndpoints that are to go. */
export function deleted({ effects }: FleetNames): readonly string[] {
  return effects.flatMap((effect) => (effect.kind === "delete" ? [effect.key.name] : []));
}

/** The addresses of all sets of an object. */
export function targetsOf(endpoint: DnsEndpoint | undefined): readonly string[] {
  return (endpoint?.spec?.endpoints ?? []).flatMap(({ targets }) => targets);
}

/** An object as the server has it once it was written: an hour ago, unless given otherwise. */
export function live(endpoint: DnsEndpoint, madeAt = at(-3600)): DnsEndpoint {
  const annotations = { [appliedMarks.hash]: hashOfObject(endpoint) };
  const metadata = { ...endpoint.metadata, annotations, uid: endpoint.metadata.name };
  const creationTimestamp = formatInstant(madeAt);
  return { ...endpoint, metadata: { ...metadata, creationTimestamp, resourceVersion: "1" } };
}

/** The object of a slot as it leads to these addresses. */
export function leadingTo(addresses: readonly AddressView[], slot = 0): DnsEndpoint {
  const [made] = applied(namesOf({ count: slot + 1, addresses })).slice(-1);
  if (made === undefined) throw new Error("these addresses make no name");
  return live(made);
}

/** One resolver, or more, that gives these addresses, asked a second ago. */
export function reading(
  answers: Readonly<Record<string, readonly string[] | { readonly problem: string }>>,
  given: Partial<NameReading> = {},
): NameReading {
  return {
    host: host(),
    at: at(-1),
    since: at(-600),
    answers: Object.entries(answers).map(([server, said]) =>
      "problem" in said
        ? { server, addresses: [], problem: said.problem }
        : { server, addresses: said },
    ),
    ...given,
  };
}
