import { fleetLabel, managedBy } from "../api/names.ts";
import { type DnsEndpoint, type DnsRecordSet, dnsEndpoints } from "../kubernetes/external-dns.ts";
import { apiVersionOf } from "../kubernetes/resource.ts";
import type { ChildOwner } from "../proxy/deployment.ts";
import { canonicalIp, parseIp } from "../values/ip.ts";
import type { SlotName } from "./slot-name.ts";

/** What a name leads to, and for how long resolvers may keep that (seconds). */
export interface NameContent {
  readonly targets: readonly string[];
  readonly ttl: number;
}

const families = { A: 4, AAAA: 6 } as const;

/**
 * The DNSEndpoint that publishes a slot's name. ExternalDNS writes its namespace and its name into
 * public DNS (TXT registry), and labels of the object nowhere: these are for our caches. A type
 * without an address has no entry, since ExternalDNS would leave a TXT record behind.
 */
export function endpointFor(
  { object, host }: SlotName,
  { targets, ttl }: NameContent,
  { namespace, fleet, owner }: ChildOwner,
): DnsEndpoint {
  const types = ["A", "AAAA"] as const;
  const endpoints = types.flatMap((recordType): readonly DnsRecordSet[] => {
    const own = targets.filter((target) => parseIp(target).family === families[recordType]);
    return own.length === 0 ? [] : [{ dnsName: host, recordType, recordTTL: ttl, targets: own }];
  });
  return {
    apiVersion: apiVersionOf(dnsEndpoints),
    kind: dnsEndpoints.kind,
    metadata: {
      name: object,
      namespace,
      labels: { ...managedBy, [fleetLabel]: fleet },
      ownerReferences: [owner],
    },
    spec: { endpoints },
  };
}

/**
 * The addresses that an object leads to, in their usual text. The kind's schema leaves all of this
 * open, and anyone may have edited it: what is malformed counts as none.
 */
export function listedTargets(endpoint: DnsEndpoint | undefined): readonly string[] {
  const texts = listIn(endpoint?.spec, "endpoints").flatMap((set) => listIn(set, "targets"));
  return texts.flatMap((text) => (typeof text === "string" ? (canonicalIp(text) ?? []) : []));
}

/** The list in a field of what may be anything; empty where there is none. */
function listIn(value: unknown, field: string): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const list: unknown = (value as Readonly<Record<string, unknown>>)[field];
  return Array.isArray(list) ? list : [];
}
