import type { KubeObject } from "./objects.ts";
import { resource } from "./resource.ts";

/**
 * The addresses that a name has, of one type of record. ExternalDNS drops one of two sets of a name
 * and type whose TTLs differ, and leaves a record behind that nobody removes where `targets` is
 * empty (source/crd.go and endpoint merging in v0.22).
 */
export interface DnsRecordSet {
  readonly dnsName: string;
  readonly recordType: "A" | "AAAA";
  /** Seconds. */
  readonly recordTTL: number;
  /** Addresses without a trailing dot: with one, the whole set is skipped. */
  readonly targets: readonly string[];
}

/** What ExternalDNS publishes. Its status says that it was read, and nothing of DNS. */
export interface DnsEndpoint extends KubeObject {
  readonly spec?: { readonly endpoints?: readonly DnsRecordSet[] };
}

/** ExternalDNS's own kind, which not every cluster has. The names in it are secrets. */
export const dnsEndpoints = resource<DnsEndpoint>({
  group: "externaldns.k8s.io",
  version: "v1alpha1",
  kind: "DNSEndpoint",
  plural: "dnsendpoints",
  scope: "Namespaced",
  holdsSecrets: true,
});
