import type { FleetView } from "./fleet-view.ts";
import type { PoolView } from "../pool/view.ts";
import { countFree, distinctRanges } from "../pool/allocate.ts";
import type { HeldAddresses } from "../ledger/held-addresses.ts";
import { isRefused } from "../ledger/view.ts";
import { countAddresses } from "../values/ip.ts";
import { repeatsKeptUntil } from "./repeats.ts";
import { earliest, spokenTime } from "../values/time.ts";

/** Why a slot that should move finds no address, and what a person can do about it. */
export function shortageMessage(
  fleet: FleetView,
  slot: number,
  allocated: { readonly held: HeldAddresses; readonly claims: ReadonlyMap<string, number> },
): string {
  const reasons = fleet.pools.map(
    (pool) =>
      pool.refusal ??
      refusesAny(fleet, slot, pool) ??
      noRoom(pool, allocated.claims) ??
      onlyRepeats(fleet, slot, pool) ??
      noneFree(pool, allocated.held),
  );
  const what = reasons.length === 0 ? "the fleet names no pool" : reasons.join("; ");
  const remedies =
    "Add addresses to a pool, wait, shorten the pool's spec.quarantine, or lower spec.addresses.count";
  return `slot ${slot} should move and can't: ${what}. ${remedies}`;
}

function refusesAny(fleet: FleetView, slot: number, { name }: PoolView): string | undefined {
  const refused = fleet.addresses.some(
    (address) =>
      address.slot === slot &&
      address.pool === name &&
      isRefused(address) &&
      address.refused?.wholePool === true,
  );
  return refused ? `any other address of pool ${name} would be refused as well` : undefined;
}

function noRoom({ name, room }: PoolView, claims: ReadonlyMap<string, number>): string | undefined {
  if (room === undefined || (claims.get(name) ?? 0) < room) return undefined;
  return `pool ${name} gives this namespace no more addresses (spec.perNamespace)`;
}

function onlyRepeats(
  fleet: FleetView,
  slot: number,
  { name, assigned }: PoolView,
): string | undefined {
  if (!assigned) return undefined;
  const until = spokenTime(repeatsKeptUntil(fleet, { slot, pool: name }));
  return `the provider of pool ${name} gives only addresses that were used before; it is asked again after ${until}`;
}

function noneFree(pool: PoolView, held: HeldAddresses): string {
  const free = countFree(pool, held);
  const ranges = distinctRanges(pool.ranges);
  const inside = held.inside(ranges);
  const quarantined = inside.filter((address) => address.quarantined);
  const total = countAddresses(ranges);
  const counts = [
    `${quarantined.length} of ${total} in quarantine`,
    `${inside.length - quarantined.length} in use`,
  ];
  if (free > 0n)
    return `pool ${pool.name} keeps its last ${free} for blocks (${counts.join(", ")}, spec.reserve is ${pool.reserve})`;
  const next = earliest(...quarantined.map(({ until }) => until));
  return `pool ${pool.name} has no free address${next === undefined ? "" : ` before ${spokenTime(next)}`} (${counts.join(", ")})`;
}
