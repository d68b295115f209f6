// overview: what is shown to people of a cluster, as plain data: who is cut off, since when, why, and
// what comes next. The commands and the dashboard show the same.

import { HeldAddresses } from "../ledger/held-addresses.ts";
import { type AddressView, heldAddress, viewOfEntry } from "../ledger/view.ts";
import { present } from "../values/present.ts";
import { type FleetOverview, fleetOverview, urgencies } from "./fleet.ts";
import type { Observed } from "./observed.ts";
import { type OperatorOverview, operatorOverview } from "./operator.ts";
import { type PoolOverview, poolOverview } from "./pool.ts";
import type { AddressTraffic } from "./traffic.ts";

/** A cluster, as a person sees it. */
export interface Overview {
  readonly operator: OperatorOverview;
  /** Those in trouble first. */
  readonly fleets: readonly FleetOverview[];
  /** Undefined where pools or the ledger can't be read. */
  readonly pools: readonly PoolOverview[] | undefined;
  /** By the names of ledger entries; undefined where nobody asked the pods. */
  readonly traffic: ReadonlyMap<string, AddressTraffic> | undefined;
}

/** Puts together what was read. Pure: the same lists and time give the same. */
export function overviewOf(observed: Observed): Overview {
  const entries = entriesOf(observed);
  const byFleet = Map.groupBy(entries ?? [], ({ namespace, fleet }) => `${namespace}/${fleet}`);
  const fleets = observed.fleets.map((raw) => {
    const { namespace = "", name } = raw.metadata;
    const own = entries && (byFleet.get(`${namespace}/${name}`) ?? []);
    return fleetOverview(raw, own, observed);
  });
  return {
    operator: operatorOverview(observed.leases, observed.now),
    fleets: fleets.toSorted(byUrgency),
    pools: poolsOf(observed, entries),
    traffic: observed.traffic,
  };
}

/** Entries that can be read, with their sessions where these are known. */
function entriesOf({ addresses, sessions }: Observed): readonly AddressView[] | undefined {
  return addresses?.flatMap((raw) => {
    const { view } = viewOfEntry(raw);
    const open = sessions?.get(raw.metadata.name);
    return view === undefined ? [] : { ...view, ...present({ sessions: open }) };
  });
}

function byUrgency(a: FleetOverview, b: FleetOverview): number {
  return (
    urgencies.indexOf(a.urgency) - urgencies.indexOf(b.urgency) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function poolsOf(
  { pools, now }: Observed,
  entries: readonly AddressView[] | undefined,
): readonly PoolOverview[] | undefined {
  if (pools === undefined || entries === undefined) return undefined;
  const held = HeldAddresses.of(entries.flatMap((entry) => heldAddress(entry) ?? []));
  const byPool = Map.groupBy(entries, ({ pool }) => pool);
  return pools.map((raw) => {
    const own = byPool.get(raw.metadata.name) ?? [];
    return poolOverview(raw, { entries: own, held }, now);
  });
}
