import { parseWhatsAppProxy } from "../../api/fleet.ts";
import { parseProxyAddress } from "../../api/proxy-address.ts";
import type { Caches } from "../../cluster/caches.ts";
import { isLookedAfter } from "../../cluster/settings.ts";
import { type Claimant, tracesOf } from "../../ledger/traces.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import type { UnreadableAddress } from "../unreadable.ts";
import { type AddressSources, servicesOf } from "./observe.ts";

/**
 * Reads from the caches what is around an entry that can't be read. Undefined: there is none, it can
 * be read, or it is of no namespace that is looked after.
 */
export function observeUnreadable(
  name: string,
  sources: Pick<AddressSources, "caches" | "settings" | "deletion">,
): UnreadableAddress | undefined {
  const { caches, deletion } = sources;
  const raw = caches.addresses.get({ name });
  const parsed = raw === undefined ? undefined : parseProxyAddress(raw);
  if (raw === undefined || parsed === undefined || parsed.ok) return undefined;
  const traces = tracesOf(raw);
  const namespace = traces.claimant?.namespace;
  if (!isLookedAfter(sources, namespace)) return undefined;
  return {
    raw,
    problem: parsed.problem,
    traces,
    deletion: deletion(raw),
    services: servicesOf({ name, namespace }, caches),
    ...fleetAround(traces.claimant, caches),
  };
}

function fleetAround(
  claimant: Claimant | undefined,
  { fleets, addresses }: Caches,
): Pick<UnreadableAddress, "fleet" | "others"> {
  if (claimant === undefined) return { fleet: undefined, others: [] };
  const fleet = fleets.get(claimant);
  const entries = addresses.by("fleet", `${claimant.namespace}/${claimant.name}`);
  return {
    fleet: fleet === undefined ? undefined : parseWhatsAppProxy(fleet),
    others: entries.flatMap((entry) => viewOfEntry(entry).view ?? []),
  };
}
