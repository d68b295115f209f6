import { type ProxyAddress, parseProxyAddress } from "../../api/proxy-address.ts";
import type { Caches } from "../../cluster/caches.ts";
import type { Service } from "../../kubernetes/objects.ts";
import type { AddressView } from "../../ledger/view.ts";
import { canonicalIp } from "../../values/ip.ts";
import { type Instant, earliest, parseInstant } from "../../values/time.ts";

/**
 * Since when another address of an entry's pool has been set without a break, as far as the ledger
 * tells: of all fleets, the one that has been for longest. Where the entry's own Service was never
 * served, only those count whose Service was made later. Undefined where there is none, or the
 * entry's address is neither awaited nor lost.
 */
export function othersSetSince(
  entry: ProxyAddress,
  service: Service | undefined,
  caches: Pick<Caches, "ledger" | "addresses" | "services">,
): Instant | undefined {
  const { phase } = entry.status;
  const isLost = phase === "Serving" && service?.status?.loadBalancer?.ingress === undefined;
  if (service === undefined || !(phase === "Provisioning" || isLost)) return undefined;
  const madeAfter = isLost ? "" : (service.metadata.creationTimestamp ?? "");
  const found: (Instant | undefined)[] = [];
  for (const view of caches.ledger.of(entry.spec.pool))
    if (view.name !== entry.metadata.name && mayBeSet(view))
      found.push(setSince(view, madeAfter, caches));
  return earliest(...found);
}

function mayBeSet({ phase }: AddressView): boolean {
  return phase === "Verifying" || phase === "Serving" || phase === "Draining";
}

function setSince(
  { name, namespace, address, phase, phaseSince }: AddressView,
  madeAfter: string,
  { addresses, services }: Pick<Caches, "addresses" | "services">,
): Instant | undefined {
  const service = services
    .by("address", name)
    .find(({ metadata }) => metadata.namespace === namespace);
  if (service === undefined || (service.metadata.creationTimestamp ?? "") <= madeAfter)
    return undefined;
  const isSet = (service.status?.loadBalancer?.ingress ?? []).some(
    ({ ip = "", hostname = "" }) => hostname !== "" || canonicalIp(ip) === address,
  );
  if (address === undefined || !isSet) return undefined;
  return phase === "Verifying" ? phaseSince : verifiedSince(addresses.get({ name }));
}

/** An address that was lost and has come back counts from then on. */
function verifiedSince(raw: unknown): Instant | undefined {
  const parsed = parseProxyAddress(raw);
  const { conditions = [] } = parsed.ok ? parsed.value.status : {};
  const verified = conditions.find(({ type, status }) => type === "Verified" && status === "True");
  return parseInstant(verified?.lastTransitionTime);
}
