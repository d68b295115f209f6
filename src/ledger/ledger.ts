import type { CustomObject } from "../kubernetes/objects.ts";
import type { Store } from "../kubernetes/store.ts";
import type { Ip } from "../values/ip.ts";
import { HeldAddresses } from "./held-addresses.ts";
import { type AddressView, type HeldAddress, heldAddress, viewOfEntry } from "./view.ts";

interface LedgerRecord {
  readonly view: AddressView;
  readonly held: HeldAddress | undefined;
}

/**
 * The whole ledger at a glance, kept as its entries change: a reconcile must not read thousands of
 * them. Unreadable entries are left out.
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

  *all(): Iterable<AddressView> {
    for (const { view } of this.#records.values()) yield view;
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
    const view = entry === undefined ? undefined : viewOfEntry(entry).view;
    if (view === undefined) return;
    const held = heldAddress(view);
    this.#records.set(name, { view, held });
    this.#count(view, 1);
    if (held !== undefined) this.held.add(held);
    const pool = this.#pools.get(view.pool);
    if (pool === undefined) this.#pools.set(view.pool, new Set([view]));
    else pool.add(view);
  }

  #drop(name: string, { view, held }: LedgerRecord): void {
    this.#records.delete(name);
    this.#count(view, -1);
    if (held !== undefined) this.held.remove(held);
    const pool = this.#pools.get(view.pool);
    pool?.delete(view);
    if (pool?.size === 0) this.#pools.delete(view.pool);
  }

  #count(view: Pick<AddressView, "pool" | "namespace">, change: 1 | -1): void {
    const share = shareOf(view);
    const count = (this.#shares.get(share) ?? 0) + change;
    if (count === 0) this.#shares.delete(share);
    else this.#shares.set(share, count);
  }
}

/** Names what a namespace holds of a pool. */
export function shareOf({ pool, namespace }: Pick<AddressView, "pool" | "namespace">): string {
  return `${pool} ${namespace}`;
}
