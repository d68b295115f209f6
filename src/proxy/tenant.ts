import type { ProxyAddress } from "../api/proxy-address.ts";
import type { Secret, Service } from "../kubernetes/objects.ts";
import { carriesClaim } from "../ledger/claim.ts";
import { laneCertificates } from "./lane-certificates.ts";

/** What shows under which uid pods know an entry. */
export interface TenantSources {
  /** The fleet's Secret. */
  readonly secret: Secret | undefined;
  /** The Services of the entry. */
  readonly services: readonly Service[];
}

/**
 * The uid under which pods know the tenant of an entry's lane: that of the entry, or that of the one
 * before it, where it was made again from a Service or a backup. A tenant keeps its certificate and
 * its open sessions. A new claim is another tenant even at the same address: its Service is made
 * only once the lane has its own certificate, so no living Service carries its claim before that.
 */
export function tenantOf(
  entry: ProxyAddress,
  { secret, services }: TenantSources,
): ProxyAddress["metadata"]["uid"] {
  const { metadata, spec } = entry;
  const known = laneCertificates(secret).find(
    ({ lane, address }) => lane === spec.lane && address === metadata.name,
  );
  if (known === undefined || known.uid === metadata.uid) return metadata.uid;
  return services.some((service) => carriesClaim(service, entry)) ? known.uid : metadata.uid;
}
