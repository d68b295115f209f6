import { Counter } from "prom-client";
import { parseAddressPool } from "../api/address-pool.ts";
import { type ProxyAddress, parseProxyAddress } from "../api/proxy-address.ts";
import type { CustomObject } from "../kube/custom.ts";
import type { Change } from "../kube/store.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Caches } from "./caches.ts";

/** How an attempt to give a slot a fresh address ended. */
type Outcome = "published" | "unusable" | "abandoned";

/**
 * Tells of addresses and rotations. Labels are pools, phases and causes: no fleet, no slot, no address, and nothing of a client.
 * Only the leader counts, so that the sum over replicas is right.
 */
export function tellFleets(metrics: Metrics, { addresses, pools }: Caches, isLeading: () => boolean): void {
  metrics.gauge("proxyfleet_addresses", "Ledger entries by pool and phase", ["pool", "phase"], () => countPhases(addresses.list()));
  metrics.gauge("proxyfleet_pool_free", "Addresses of a pool that no entry holds", ["pool"], () =>
    pools.list().flatMap((raw) => {
      const parsed = parseAddressPool(raw);
      const free = parsed.ok ? parsed.value.status.free : undefined;
      return free === undefined ? [] : [[{ pool: raw.metadata.name }, free] as const];
    }),
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
export function rotationEnd({ before, after }: Change<CustomObject>): { readonly cause: string; readonly outcome: Outcome } | undefined {
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

function isInMaking({ spec, status }: ProxyAddress): boolean {
  return spec.want === "Serve" && (status.phase === undefined || status.phase === "Provisioning" || status.phase === "Verifying");
}

function entryOf(raw: CustomObject | undefined): ProxyAddress | undefined {
  const parsed = raw === undefined ? undefined : parseProxyAddress(raw);
  return parsed?.ok === true ? parsed.value : undefined;
}

function countPhases(entries: readonly CustomObject[]): (readonly [{ readonly pool: string; readonly phase: string }, number])[] {
  const kinds = Map.groupBy(
    entries.flatMap((raw) => entryOf(raw) ?? []),
    ({ spec, status }) => `${spec.pool}/${status.phase ?? "Provisioning"}`,
  );
  return [...kinds].map(([key, members]) => {
    const [pool = "", phase = ""] = key.split("/");
    return [{ pool, phase }, members.length] as const;
  });
}
