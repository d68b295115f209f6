import type { ProxyAddress } from "../../api/proxy-address.ts";
import type { Caches } from "../../cluster/caches.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { versionMarks } from "../../pool/providers.ts";

/**
 * What the load balancer of an entry's pool wrote on a Service that shows its version: on the
 * entry's own, or on another one of the pool. Empty where there is no such Service yet.
 */
export function marksBeside(
  { spec }: ProxyAddress,
  own: Service | undefined,
  { ledger, services }: Pick<Caches, "ledger" | "services">,
): readonly string[] {
  const marks = marksOn(own);
  if (marks.length > 0) return marks;
  for (const { name, namespace } of ledger.of(spec.pool)) {
    const others = services.by("address", name);
    const found = marksOn(others.find(({ metadata }) => metadata.namespace === namespace));
    if (found.length > 0) return found;
  }
  return [];
}

/** One that is not served yet may have been marked by somebody else. */
function marksOn(service: Service | undefined): readonly string[] {
  const isServed = (service?.status?.loadBalancer?.ingress ?? []).length > 0;
  if (service === undefined || !isServed) return [];
  return versionMarks.filter((mark) => service.metadata.annotations?.[mark] !== undefined);
}
