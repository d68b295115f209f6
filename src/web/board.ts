import type { Board, BoardChange, FleetRow, PoolRow } from "./wire.ts";
import { type Rights, maySee } from "./rights.ts";

/** The fleets of the whole cluster, as whoever may see all of them sees them. */
export interface Fleets {
  readonly rows: () => Iterable<FleetRow>;
  readonly row: (key: string) => FleetRow | undefined;
  readonly pools: () => readonly PoolRow[];
}

/** What of it somebody with these rights sees. Pools are counted from the ledger. */
export function boardOf(rights: Rights, fleets: Fleets): Board {
  const rows = [...fleets.rows()].filter(({ namespace }) => maySee(rights, namespace));
  const mayCount = seesPools(rights);
  return {
    fleets: rows,
    ...(mayCount ? { pools: fleets.pools() } : {}),
    hidden: [
      ...(rights.ledger ? [] : (["Addresses"] as const)),
      ...(mayCount ? [] : (["Pools"] as const)),
    ],
  };
}

/** Whether they are shown pools. */
export function seesPools({ ledger, pools }: Rights): boolean {
  return ledger && pools;
}

/**
 * What was sent of a board last, so that only what differs is sent again. A row that shows the same
 * is the same object.
 */
export class SentBoard {
  readonly #rights: Rights;
  readonly #fleets = new Map<string, FleetRow>();
  #pools: readonly PoolRow[] | undefined;

  constructor(rights: Rights, board: Board) {
    this.#rights = rights;
    for (const row of board.fleets) this.#fleets.set(row.key, row);
    this.#pools = board.pools;
  }

  /**
   * What is another now; undefined where nothing is that they see.
   * @param keys of the fleets that may have changed
   */
  change(keys: Iterable<string>, fleets: Fleets): BoardChange | undefined {
    const changed: FleetRow[] = [];
    const gone: string[] = [];
    for (const key of keys) {
      const row = fleets.row(key);
      if (row !== undefined && maySee(this.#rights, row.namespace)) {
        if (this.#isNew(row)) changed.push(row);
      } else if (this.#fleets.delete(key)) gone.push(key);
    }
    const pools = this.#changedPools(fleets);
    if (changed.length === 0 && gone.length === 0 && pools === undefined) return undefined;
    return { fleets: changed, gone, ...(pools === undefined ? {} : { pools }) };
  }

  #isNew(row: FleetRow): boolean {
    const isNew = this.#fleets.get(row.key) !== row;
    this.#fleets.set(row.key, row);
    return isNew;
  }

  #changedPools(fleets: Fleets): readonly PoolRow[] | undefined {
    if (!seesPools(this.#rights)) return undefined;
    const pools = fleets.pools();
    if (this.#pools === pools) return undefined;
    this.#pools = pools;
    return pools;
  }
}
