import type { PoolOverview } from "../overview/pool.ts";
import { present } from "../values/present.ts";
import { troubleRow } from "./fleet-row.ts";
import type { PoolRow } from "./wire.ts";

/** A pool, as it is shown to those who may read pools and the ledger. */
export function poolRow(pool: PoolOverview): PoolRow {
  const { name, provider, total, serving, draining, quarantined, free, reserve } = pool;
  const { nextFreeAt, outlook, unreadable, troubles } = pool;
  return present({
    name,
    provider,
    total,
    serving,
    draining,
    quarantined,
    free,
    reserve,
    nextFreeAt: nextFreeAt,
    runsOutAt: outlook?.runsOutAt,
    movesPerDay: outlook?.claimsPerDay,
    unreadable,
    troubles: troubles.map((trouble) => troubleRow(trouble, (text) => text)),
  });
}
