import type { CustomObject } from "../kubernetes/objects.ts";
import { Counter } from "prom-client";
import { parseAddressPool } from "../api/address-pool.ts";
import { type ProxyAddress, parseProxyAddress } from "../api/proxy-address.ts";
import { memoize } from "../values/memoize.ts";
import type { Change } from "../kubernetes/store.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Caches } from "../cluster/caches.ts";

/** How an attempt to give a slot a fresh address ended. */
type Outcome = "published" | "unusable" | "abandoned";

/**
 * Tells of addresses and rotations. Labels are pools, phases and causes: no fleet, no slot, no
 * address, and nothing of a client. Only the leader counts, so that the sum over replicas is right.
 */
export function tellFleets(
  metrics: Metrics,
  { addresses, ledger, pools }: Caches,
  isLeading: () => boolean,
): void {
  metrics.gauge("proxyfleet_addresses", "Ledger entries by pool and phase", ["pool", "phase"], () =>
    counts(ledger.all(), ({ pool, phase }) => ({ pool, phase })),
  );
  metrics.gauge("proxyfleet_pool_free", "Addresses of a pool that no entry holds", ["pool"], () =>
    pools.list().flatMap((raw) => {
      const parsed = parseAddressPool(raw);
      const free = parsed.ok ? parsed.value.status.free : undefined;
      return free === undefined ? [] : [[{ pool: raw.metadata.name }, free] as const];
    }),
  );
  metrics.gauge(
    "proxyfleet_verdicts",
    "Addresses in use by what is known of them in a country",
    ["country", "verdict"],
    () => verdictSamples(addresses.list()),
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
    // As they come: a scrape that finds many unread would hold all of them at once.
    if (change.after !== undefined) entryFacts(change.after);
  });
}

/** Whether this change of an entry is the end of the attempt to publish it. */
export function rotationEnd({
  before,
  after,
}: Change<CustomObject>): { readonly cause: string; readonly outcome: Outcome } | undefined {
  const [old, now] = [entryOf(before), entryOf(after)];
  if (old === undefined || !isInMaking(old)) return undefined;
  if (after === undefined) return { cause: old.spec.cause, outcome: "abandoned" };
  if (now === undefined || isInMaking(now)) return undefined;
  return { cause: now.spec.cause, outcome: outcomeOf(now) };
}

function outcomeOf({ spec, status }: ProxyAddress): Outcome {
  if (status.phase === "Serving" || status.phase === "Draining") return "published";
  return spec.retiredBecause === "Unusable" ? "unusable" : "abandoned";
}

/** Whether an entry is an attempt to give a slot an address that is still under way. */
function isInMaking({ spec, status }: ProxyAddress): boolean {
  return (
    spec.want === "Serve" &&
    (status.phase === undefined || status.phase === "Provisioning" || status.phase === "Verifying")
  );
}

interface EntryFacts {
  readonly isInMaking: boolean;
  readonly verdicts: readonly { readonly country: string; readonly verdict: string }[];
}

/**
 * What metrics tell of an entry: a scrape must not read thousands of them anew, nor keep them in
 * memory twice.
 */
export const entryFacts = memoize((raw: CustomObject): EntryFacts => {
  const entry = entryOf(raw);
  if (entry === undefined) return { isInMaking: false, verdicts: [] };
  return {
    isInMaking: isInMaking(entry),
    verdicts: entry.spec.want === "Quarantine" ? [] : (entry.status.reachability ?? []),
  };
});

/** The entry, if it can be read. */
function entryOf(raw: CustomObject | undefined): ProxyAddress | undefined {
  const parsed = raw === undefined ? undefined : parseProxyAddress(raw);
  return parsed?.ok === true ? parsed.value : undefined;
}

/**
 * How many addresses in use have which verdict in which country. What is at rest is left out: it is
 * memory, and nobody looks at it.
 */
export function verdictSamples(
  entries: readonly CustomObject[],
): readonly (readonly [{ readonly country: string; readonly verdict: string }, number])[] {
  const found = entries.flatMap((raw) => entryFacts(raw).verdicts);
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
