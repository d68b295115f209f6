import type { FleetView } from "./fleet-view.ts";
import type { PoolView } from "../pool/view.ts";
import { countFree } from "../pool/allocate.ts";
import type { Finding } from "../api/findings.ts";
import { countAddresses, mergeRanges } from "../values/ip.ts";
import { formatDuration, millis } from "../values/time.ts";

/**
 * Whether every slot that should move can, and will be able to: reported before the pools are
 * empty, while there is time to add addresses.
 */
export function poolForecast(fleet: FleetView): Finding {
  const usable = finitePools(fleet);
  const shortage = usable && (tooSmall(fleet, usable) ?? low(fleet, usable));
  return (
    shortage ?? {
      status: "False",
      reason: "AddressesFree",
      message: "every slot that should move can",
    }
  );
}

/**
 * How many addresses a fleet needs in the long run: its slots, those that are on the move, those
 * that drain, those that rest after a move by age, and the reserve. Blocks come on top.
 */
export function addressesNeeded(fleet: FleetView): number {
  const { maxAge } = fleet.rotation;
  const reserve = Math.max(0, ...fleet.pools.map((pool) => pool.reserve));
  const base = fleet.count + Math.min(fleet.maxConcurrent, fleet.count) + reserve;
  return maxAge === 0
    ? base
    : base + Math.ceil((fleet.count * (fleet.drain.scheduled + restingTime(fleet))) / maxAge);
}

function tooSmall(fleet: FleetView, usable: readonly PoolView[]): Finding | undefined {
  const total = Number(countAddresses(mergeRanges(usable.flatMap(({ ranges }) => ranges))));
  const needed = addressesNeeded(fleet);
  if (total >= needed) return undefined;
  const { maxAge } = fleet.rotation;
  const moves =
    maxAge === 0
      ? ""
      : ` that move every ${formatDuration(maxAge)} and rest ${formatDuration(restingTime(fleet))}`;
  return {
    status: "False",
    reason: "PoolTooSmall",
    message: `the pools hold ${total} addresses, and ${fleet.count} slots${moves} need about ${needed}: add ${needed - total}, lengthen spec.rotation.maxAge, or shorten the pool's spec.quarantine.retired`,
  };
}

/** The low-water mark: fewer free addresses than it takes to move every slot once. */
function low(fleet: FleetView, usable: readonly PoolView[]): Finding | undefined {
  const free = usable.reduce((sum, pool) => sum + Number(countFree(pool, fleet.held)), 0);
  if (free >= fleet.count) return undefined;
  return {
    status: "False",
    reason: "PoolLow",
    message: `${free} addresses are free in the fleet's pools, fewer than its ${fleet.count} slots: add addresses before a block finds none`,
  };
}

/**
 * The pools that may be used; undefined where there is none, or one of which nobody knows how many
 * addresses it has.
 */
function finitePools(fleet: FleetView): readonly PoolView[] | undefined {
  const usable = fleet.pools.filter(({ refusal }) => refusal === undefined);
  return usable.length === 0 || usable.some(({ assigned }) => assigned) ? undefined : usable;
}

function restingTime(fleet: FleetView) {
  return millis(Math.max(0, ...fleet.pools.map(({ quarantine }) => quarantine.retired)));
}
