import { type Caches, claimedPool } from "../../cluster/caches.ts";
import { isOwnStatus, sidesOf } from "../../cluster/changes.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { viewOfEntry } from "../../ledger/view.ts";
import type { Controller } from "../../runtime/controller.ts";
import { type ReconcilerOptions, defineController } from "../../runtime/reconciler.ts";
import { type ObservedPool, decidePool } from "../decide.ts";

/** Between two looks at a pool (ms): each claim changes its counts, and many may claim at once. */
const countEveryMs = 1_000;

/** Keeps a pool's counts and conditions as the ledger is, and the pool itself while it is used. */
export function poolController(
  options: ReconcilerOptions & { readonly caches: Caches },
): Controller {
  const { caches, queue } = options;
  enqueuePools(caches, (name) => queue.add(name));
  return defineController(
    {
      name: "pool",
      everyMs: countEveryMs,
      observe: (name) => observePool(name, caches),
      decide: decidePool,
    },
    options,
  );
}

function observePool(name: string, caches: Caches): ObservedPool | undefined {
  const { pools, ledger } = caches;
  const raw = pools.get({ name });
  if (raw === undefined) return undefined;
  const others = pools.list().filter(({ metadata }) => metadata.name !== name);
  const unreadable = unreadableOf(name, caches);
  return { raw, others, entries: ledger.of(name), unreadable, held: ledger.held };
}

function unreadableOf(name: string, { addresses }: Caches): readonly string[] {
  const entries = addresses.by("pool", name);
  return entries.flatMap((entry) =>
    viewOfEntry(entry).view === undefined ? [entry.metadata.name] : [],
  );
}

function enqueuePools({ pools, addresses }: Caches, add: (name: string) => void): void {
  pools.onChange((change) => {
    // A change of one pool's ranges may end or begin an overlap with any other.
    const [before, after] = [change.before, change.after].map((pool) => JSON.stringify(pool?.spec));
    if (before !== after) for (const pool of pools.list()) add(pool.metadata.name);
    else if (change.after !== undefined && !isOwnStatus(change)) add(change.after.metadata.name);
  });
  addresses.onChange((change) => {
    for (const name of new Set(sidesOf(change).flatMap(claimedPool))) add(name);
    // What an overlapping pool holds is not free in this one either.
    for (const pool of pools.list()) if (overlaps(pool)) add(pool.metadata.name);
  });
}

/** Whether its own status says so: pools are few, and looked through when the ledger changes. */
function overlaps({ status }: CustomObject): boolean {
  const { conditions = [] } = (status ?? {}) as {
    conditions?: readonly { readonly reason?: unknown }[];
  };
  return conditions.some(({ reason }) => reason === "Overlaps");
}
