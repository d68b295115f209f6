import type { CustomObject } from "../kubernetes/objects.ts";
import type { Store } from "../kubernetes/store.ts";
import type { Ip } from "../values/ip.ts";
import { HeldAddresses } from "./held-addresses.ts";
import { tracesOf } from "./traces.ts";
import { type AddressView, type HeldAddress, heldAddress, viewOfEntry } from "./view.ts";

interface LedgerRecord {
  /** Undefined where the entry can't be read: what it holds is held all the same. */
  readonly view: AddressView | undefined;
  readonly held: HeldAddress | undefined;
  readonly shares: readonly string[];
}

/**
 * The whole ledger at a glance, kept as its entries change: a reconcile must not read thousands of
 * them. Of those that can't be read it has no views, but counts what they hold.
 */
export class Ledger {
  readonly held = HeldAddresses.of([]);
  readonly #records = new Map<string, LedgerRecord>();
  readonly #pools = new Map<string, Set<AddressView>>();
  /** How many entries each namespace has of each pool. */
  readonly #shares = new Map<string, number>();

  /** Follows `entries`. Whoever reads the ledger must follow them after it. */
  constructor(entries: Store<CustomObject>) {
    for (const entry of entries.list()) this.#take(entry.metadata.name, entry);
    entries.onChange(({ before, after }) =>
      this.#take((after ?? before)?.metadata.name ?? "", after),
    );
  }

  /** A pool's entries. */
  of(pool: string): Iterable<AddressView> {
    return this.#pools.get(pool) ?? [];
  }

  /** The entry of this name, if it can be read. */
  entry(name: string): AddressView | undefined {
    return this.#records.get(name)?.view;
  }

  *all(): Iterable<AddressView> {
    for (const { view } of this.#records.values()) if (view !== undefined) yield view;
  }

  /** How many of a pool's addresses a namespace holds, its quarantined ones included. */
  heldBy(namespace: string, pool: string): number {
    return this.#shares.get(shareOf({ pool, namespace })) ?? 0;
  }

  holds(ip: Ip): boolean {
    return this.held.has(ip);
  }

  #take(name: string, entry: CustomObject | undefined): void {
    const before = this.#records.get(name);
    if (before !== undefined) this.#drop(name, before);
    if (entry === undefined) return;
    const record = recordOf(entry);
    const { view, held, shares } = record;
    this.#records.set(name, record);
    for (const share of shares) this.#count(share, 1);
    if (held !== undefined) this.held.add(held);
    if (view === undefined) return;
    const pool = this.#pools.get(view.pool);
    if (pool === undefined) this.#pools.set(view.pool, new Set([view]));
    else pool.add(view);
  }

  #drop(name: string, { view, held, shares }: LedgerRecord): void {
    this.#records.delete(name);
    for (const share of shares) this.#count(share, -1);
    if (held !== undefined) this.held.remove(held);
    if (view === undefined) return;
    const pool = this.#pools.get(view.pool);
    pool?.delete(view);
    if (pool?.size === 0) this.#pools.delete(view.pool);
  }

  #count(share: string, change: 1 | -1): void {
    const count = (this.#shares.get(share) ?? 0) + change;
    if (count === 0) this.#shares.delete(share);
    else this.#shares.set(share, count);
  }
}

function recordOf(entry: CustomObject): LedgerRecord {
  const { view } = viewOfEntry(entry);
  const held = view === undefined ? tracesOf(entry).held : heldAddress(view);
  return { view, held, shares: sharesOf(entry) };
}

/** What an entry counts against, readable or not: none where it does not say whose it is. */
export function sharesOf(entry: CustomObject): readonly string[] {
  const { claimant, pool } = tracesOf(entry);
  if (claimant === undefined || pool === undefined) return [];
  return [shareOf({ pool, namespace: claimant.namespace })];
}

/** Names what a namespace holds of a pool. */
export function shareOf({ pool, namespace }: Pick<AddressView, "pool" | "namespace">): string {
  return `${pool} ${namespace}`;
}
