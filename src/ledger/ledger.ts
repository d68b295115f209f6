import { type HeldAddress, heldAddress } from "./view.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import type { AddressPhase } from "../api/address-phase.ts";
import { type ProxyAddress, parseProxyAddress } from "../api/proxy-address.ts";
import { HeldAddresses } from "./held-addresses.ts";
import type { Ip } from "../values/ip.ts";
import type { Store } from "../kubernetes/store.ts";

/** What is counted of one ledger entry. */
export interface LedgerRecord {
  readonly pool: string;
  readonly namespace: string;
  readonly want: ProxyAddress["spec"]["want"];
  readonly phase: AddressPhase;
  readonly held: HeldAddress | undefined;
}

/**
 * The whole ledger at a glance, kept as its entries change: a reconcile must not read thousands of
 * them. Unreadable entries are left out.
 */
export class Ledger {
  readonly held = HeldAddresses.of([]);
  readonly #records = new Map<string, LedgerRecord>();
  readonly #pools = new Map<string, Set<LedgerRecord>>();
  /** How many entries each namespace has of each pool. */
  readonly #shares = new Map<string, number>();

  /** Follows `entries`. It must be told of changes before anybody who then asks. */
  constructor(entries: Store<CustomObject>) {
    for (const entry of entries.list()) this.#take(entry.metadata.name, entry);
    entries.onChange(({ before, after }) =>
      this.#take((after ?? before)?.metadata.name ?? "", after),
    );
  }

  /** Records of a pool's entries. */
  of(pool: string): Iterable<LedgerRecord> {
    return this.#pools.get(pool) ?? [];
  }

  all(): Iterable<LedgerRecord> {
    return this.#records.values();
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
    const parsed = entry === undefined ? undefined : parseProxyAddress(entry);
    if (parsed?.ok !== true) return;
    const { spec, status } = parsed.value;
    const held = heldAddress(parsed.value);
    const record = {
      pool: spec.pool,
      namespace: spec.claimRef.namespace,
      want: spec.want,
      phase: status.phase ?? "Provisioning",
      held,
    };
    this.#records.set(name, record);
    this.#count(record, 1);
    if (held !== undefined) this.held.add(held);
    const pool = this.#pools.get(spec.pool);
    if (pool === undefined) this.#pools.set(spec.pool, new Set([record]));
    else pool.add(record);
  }

  #drop(name: string, record: LedgerRecord): void {
    this.#records.delete(name);
    this.#count(record, -1);
    if (record.held !== undefined) this.held.remove(record.held);
    const pool = this.#pools.get(record.pool);
    pool?.delete(record);
    if (pool?.size === 0) this.#pools.delete(record.pool);
  }

  #count(record: LedgerRecord, change: 1 | -1): void {
    const share = shareOf(record);
    const count = (this.#shares.get(share) ?? 0) + change;
    if (count === 0) this.#shares.delete(share);
    else this.#shares.set(share, count);
  }
}

function shareOf({ pool, namespace }: Pick<LedgerRecord, "pool" | "namespace">): string {
  return `${pool} ${namespace}`;
}
