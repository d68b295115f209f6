import { parseWhatsAppProxy } from "../../api/fleet.ts";
import type { Caches } from "../../cluster/caches.ts";
import { sessionsOf } from "../../fleet/sessions.ts";
import { type ObjectKey, keyOf, keyText } from "../../kubernetes/resource.ts";
import { publishedAddress, viewOfEntry } from "../../ledger/view.ts";
import type { CustomObject, Pod } from "../../kubernetes/objects.ts";
import type { PodStatus } from "../../pods/status.ts";
import { mayHoldSessions } from "../../pods/view.ts";
import type { CountedFleet } from "../sessions.ts";

/** What a pod said a moment ago; undefined for one that is silent, or was not asked. */
export type StatusOf = (pod: ObjectKey) => PodStatus | undefined;

type CountedCaches = Pick<Caches, "fleets" | "addresses" | "pods">;

/** The open sessions of all fleets' slots, as far as their pods said how many there are. */
export function countedFleets(caches: CountedCaches, statusOf: StatusOf): readonly CountedFleet[] {
  return caches.fleets.list().flatMap((raw) => counted(raw, caches, statusOf) ?? []);
}

function counted(
  raw: CustomObject,
  { addresses, pods }: CountedCaches,
  statusOf: StatusOf,
): CountedFleet | undefined {
  const fleet = parseWhatsAppProxy(raw);
  if (!fleet.ok) return undefined;
  const key = keyText(keyOf(raw));
  const statuses = statusesOf(pods.by("fleet", key), statusOf);
  if (statuses === undefined) return undefined;
  const views = addresses.by("fleet", key).flatMap((entry) => viewOfEntry(entry).view ?? []);
  const { count } = fleet.value.spec.addresses;
  const sessions = Array.from({ length: count }, (_, slot) => {
    const inUse = publishedAddress(views, slot);
    return inUse === undefined ? undefined : sessionsOf(inUse, statuses);
  });
  return { key, namespace: raw.metadata.namespace ?? "", sessions };
}

/** Undefined unless every pod that may hold sessions has said how many: a part is no count. */
function statusesOf(pods: readonly Pod[], statusOf: StatusOf): readonly PodStatus[] | undefined {
  const asked = pods.filter(mayHoldSessions);
  const known = asked.flatMap((pod) => statusOf(keyOf(pod)) ?? []);
  return known.length === 0 || known.length < asked.length ? undefined : known;
}
