import { isDeletionAsked } from "../cluster/deletion.ts";
import { seconds, since } from "../values/time.ts";
import { resolveEvery } from "./phase.ts";
import type { ProbeRequest } from "./probe.ts";
import type { Sight } from "./sight.ts";

/** What only the network knows of an address. */
export type AddressAsk =
  | { readonly kind: "probe"; readonly request: ProbeRequest }
  | { readonly kind: "resolve"; readonly hostname: string }
  /** Whether a person wished for the deletion of the entry. */
  | { readonly kind: "deletion" };

/** While an address is on its way, its load balancer's name is resolved again after this time. */
const resolveSoon = seconds(5);

/** What the next pass needs to know, and this one does not. */
export function asksOf(sight: Sight): readonly AddressAsk[] {
  const { deletion, now } = sight;
  const why: readonly AddressAsk[] = isDeletionAsked(deletion, now) ? [{ kind: "deletion" }] : [];
  return [...why, ...networkAsks(sight)];
}

function networkAsks(sight: Sight): readonly AddressAsk[] {
  const hostname = unresolved(sight);
  if (hostname !== undefined) return [{ kind: "resolve", hostname }];
  const { probeRequest: request, isProbeDue } = sight;
  return request === undefined || !isProbeDue ? [] : [{ kind: "probe", request }];
}

/** The load balancer's name, where it is time to resolve it. */
function unresolved({ entry, balancer, resolution, now }: Sight): string | undefined {
  if (balancer?.hostname === undefined || entry.spec.want === "Quarantine") return undefined;
  const every = entry.status.phase === "Serving" ? resolveEvery : resolveSoon;
  const age = resolution === undefined ? every : since(resolution.at, now);
  return age < 0 || age >= every ? balancer.hostname : undefined;
}
