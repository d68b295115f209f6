import type { CustomObject } from "../../kubernetes/objects.ts";
import { Counter } from "prom-client";
import { parseAddressPool } from "../../api/address-pool.ts";
import { type AddressView, isInMaking, viewOfEntry } from "../../ledger/view.ts";
import type { Change } from "../../kubernetes/store.ts";
import type { Metrics } from "../../runtime/metrics.ts";
import type { Caches } from "../../cluster/caches.ts";

/** How an attempt to give a slot a fresh address ended. */
type RotationResult = "published" | "unusable" | "abandoned";

/**
 * Metrics of addresses and rotations. Labels are pools, phases and causes: no fleet, no slot, no
 * address, and nothing of a client. Only the leader counts, so that the sum over replicas is right.
 */
export function registerAddressMetrics(
  metrics: Metrics,
  { addresses, ledger, pools }: Caches,
  isLeading: () => boolean,
): void {
  metrics.gauge(
    {
      name: "proxyfleet_addresses",
      help: "Ledger entries by pool and phase",
      labelNames: ["pool", "phase"],
    },
    () => counts(ledger.all(), ({ pool, phase }) => ({ pool, phase })),
  );
  metrics.gauge(
    {
      name: "proxyfleet_pool_free",
      help: "Addresses of a pool that no entry holds",
      labelNames: ["pool"],
    },
    () =>
      pools.list().flatMap((raw) => {
        const parsed = parseAddressPool(raw);
        const free = parsed.ok ? parsed.value.status.free : undefined;
        return free === undefined ? [] : [[{ pool: raw.metadata.name }, free] as const];
      }),
  );
  metrics.gauge(
    {
      name: "proxyfleet_verdicts",
      help: "Addresses in use by what is known of them in a country",
      labelNames: ["country", "verdict"],
    },
    () => verdictSamples(ledger.all()),
  );
  const rotations = new Counter({
    name: "proxyfleet_rotations_total",
    help: "Fresh addresses by why they were claimed and how that ended: published, unusable, abandoned before they were",
    labelNames: ["cause", "outcome"] as const,
    registers: [metrics.registry],
  });
  addresses.onChange((change) => {
    const ended = rotationEnd(change);
    if (ended !== undefined && isLeading()) rotations.inc(ended);
  });
}

/** Whether this change of an entry is the end of the attempt to publish it. */
export function rotationEnd({
  before,
  after,
}: Change<CustomObject>): { readonly cause: string; readonly outcome: RotationResult } | undefined {
  const [old, now] = [before, after].map((raw) => raw && viewOfEntry(raw).view);
  if (old === undefined || !isInMaking(old)) return undefined;
  if (after === undefined) return { cause: old.cause, outcome: "abandoned" };
  if (now === undefined || isInMaking(now)) return undefined;
  return { cause: now.cause, outcome: resultOf(now) };
}

function resultOf({ phase, unusable, refused, retiredBecause }: AddressView): RotationResult {
  if (phase === "Serving" || phase === "Draining") return "published";
  const isUnfit = unusable || refused !== undefined || retiredBecause === "Unusable";
  return isUnfit ? "unusable" : "abandoned";
}

/**
 * How many addresses in use have which verdict in which country. What is at rest is left out: it is
 * memory, and nobody looks at it.
 */
export function verdictSamples(
  entries: Iterable<AddressView>,
): readonly (readonly [{ readonly country: string; readonly verdict: string }, number])[] {
  const found = [...entries].flatMap(({ want, reachability }) =>
    want === "Quarantine" ? [] : reachability,
  );
  return counts(found, ({ country, verdict }) => ({ country, verdict }));
}

function counts<T, Labels extends Readonly<Record<string, string>>>(
  all: Iterable<T>,
  labelsOf: (each: T) => Labels,
): (readonly [Labels, number])[] {
  const alike = Map.groupBy(all, (each) => JSON.stringify(Object.values(labelsOf(each))));
  return [...alike.values()].flatMap((members) =>
    members.slice(0, 1).map((first) => [labelsOf(first), members.length] as const),
  );
}
