import type { ProxyAddress } from "../../api/proxy-address.ts";
import { addressLabel } from "../../api/names.ts";
import { type Caches, balancerMarks } from "../../cluster/caches.ts";
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
  const others = versionMarks.flatMap((mark) => services.by("mark", mark));
  return marksOn(
    others.find(({ metadata: { namespace, labels } }) => {
      const entry = ledger.entry(labels?.[addressLabel] ?? "");
      return entry?.pool === spec.pool && entry.namespace === namespace;
    }),
  );
}

function marksOn(service: Service | undefined): readonly string[] {
  const marks = service === undefined ? [] : balancerMarks(service);
  return versionMarks.filter((mark) => marks.includes(mark));
}
