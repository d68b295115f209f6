import { createHash } from "node:crypto";
import { type Caches, claimant } from "../../cluster/caches.ts";
import type { KubeEvent } from "../../kubernetes/events.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import type { Observed } from "../../overview/observed.ts";
import { overviewOf } from "../../overview/overview.ts";
import type { Instant } from "../../values/time.ts";
import type { Fleets } from "../board.ts";
import { fleetDetails } from "../fleet-details.ts";
import { type Shown, fleetRow } from "../fleet-row.ts";
import { poolRow } from "../pool-row.ts";
import type { FleetDetails, FleetRow, PoolRow } from "../wire.ts";

/** What the dashboard is made from. `addresses` is indexed by `fleet`. */
export type BoardCaches = Pick<Caches, "fleets" | "addresses" | "pools">;

interface Rows {
  readonly withAddresses: FleetRow;
  /** For viewers who may not read the ledger: made when the first of them asks. */
  without: FleetRow | undefined;
}

/** Fleets that are looked at without a pause: the operator's own work has its turn in between. */
const atOnce = 10;
/** Pools are counted from the whole ledger, which takes long: no more often than this (ms). */
const countEveryMs = 10_000;

/** The fleets as the caches have them: only those that changed are looked at again. */
export class LiveFleets {
  readonly #caches: BoardCaches;
  readonly #now: () => Instant;
  readonly #rows = new Map<string, Rows>();
  readonly #stale = new Set<string>();
  #poolsAreStale = true;
  #countedAtMs = -Infinity;
  #pools: readonly PoolRow[] = [];

  constructor(caches: BoardCaches, now: () => Instant) {
    this.#caches = caches;
    this.#now = now;
    for (const fleet of caches.fleets.list()) this.#stale.add(keyText(keyOf(fleet)));
    caches.fleets.onChange(({ before, after }) => {
      for (const fleet of [before ?? [], after ?? []].flat())
        this.#stale.add(keyText(keyOf(fleet)));
    });
    caches.addresses.onChange(({ before, after }) => {
      this.#poolsAreStale = true;
      for (const entry of [before ?? [], after ?? []].flat())
        for (const fleet of claimant(entry)) this.#stale.add(fleet);
    });
    caches.pools.onChange(() => {
      this.#poolsAreStale = true;
    });
  }

  /** Namespaces that have fleets. */
  namespaces(): ReadonlySet<string> {
    return new Set(this.#caches.fleets.list().map(({ metadata }) => metadata.namespace ?? ""));
  }

  /** Looks at what changed. Resolves to the keys of the fleets that it looked at. */
  async refresh(): Promise<ReadonlySet<string>> {
    for (const [key, { withAddresses: row }] of this.#rows)
      // A move that takes too long is trouble, which no object says.
      if (row.urgency === "Moving") this.#stale.add(key);
    const keys = new Set(this.#stale);
    let looked = 0;
    for (const key of keys) {
      this.#stale.delete(key);
      this.#renew(key);
      if (++looked % atOnce === 0) await new Promise((resolve) => void setImmediate(resolve));
    }
    return keys;
  }

  /** Counts pools again if anything that they are counted from changed, and some time has passed. */
  countPools(): void {
    const passed = performance.now() - this.#countedAtMs;
    if (!this.#poolsAreStale || passed < countEveryMs) return;
    this.#poolsAreStale = false;
    this.#countedAtMs = performance.now();
    const { addresses, pools } = this.#caches;
    const observed = {
      now: this.#now(),
      fleets: [],
      addresses: addresses.list(),
      pools: pools.list(),
    };
    const counted = (overviewOf(observed).pools ?? []).map(poolRow);
    if (JSON.stringify(counted) !== JSON.stringify(this.#pools)) this.#pools = counted;
  }

  /** As whoever may, or may not, read the ledger sees them. */
  shown({ addresses }: Shown): Fleets {
    const row = (key: string) =>
      addresses ? this.#rows.get(key)?.withAddresses : this.#without(key);
    return {
      rows: () => [...this.#rows.keys()].flatMap((key) => row(key) ?? []),
      row,
      pools: () => this.#pools,
    };
  }

  /** All of one fleet; undefined where there is none. @param events undefined: not to be shown */
  details(
    key: string,
    shown: Shown,
    events: readonly KubeEvent[] | undefined,
  ): FleetDetails | undefined {
    const observed = this.#observed(key, shown);
    if (observed === undefined) return undefined;
    const all = { ...observed, events };
    return fleetDetails(overviewOf(all), all, shown);
  }

  /** A row that shows the same stays the same object. */
  #renew(key: string): void {
    const before = this.#rows.get(key);
    const row = this.#row(key, true);
    if (row === undefined) return void this.#rows.delete(key);
    const isSame = JSON.stringify(row) === JSON.stringify(before?.withAddresses);
    if (!isSame) this.#rows.set(key, { withAddresses: row, without: undefined });
  }

  #without(key: string): FleetRow | undefined {
    const rows = this.#rows.get(key);
    if (rows !== undefined) rows.without ??= this.#row(key, false);
    return rows?.without;
  }

  #row(key: string, addresses: boolean): FleetRow | undefined {
    const shown = { addresses };
    const observed = this.#observed(key, shown);
    const fleet = observed && overviewOf(observed).fleets[0];
    return fleet && fleetRow(fleet, shown, this.#version(key));
  }

  #observed(key: string, { addresses }: Shown): Observed | undefined {
    const raw = this.#caches.fleets.get(parseKey(key));
    if (raw === undefined) return undefined;
    const entries = addresses ? this.#caches.addresses.by("fleet", key) : undefined;
    return { now: this.#now(), fleets: [raw], addresses: entries };
  }

  /** It says no more than that something of this fleet changed. */
  #version(key: string): string {
    const fleet = this.#caches.fleets.get(parseKey(key));
    const objects: readonly (CustomObject | undefined)[] = [
      fleet,
      ...this.#caches.addresses.by("fleet", key),
    ];
    const versions = objects.map((one) => one?.metadata.resourceVersion ?? "").join(" ");
    return createHash("sha256").update(versions).digest("base64url").slice(0, 10);
  }
}
