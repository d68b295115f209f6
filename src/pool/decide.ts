import { type AddressPool, parseAddressPool } from "../api/address-pool.ts";
import { type Condition, type Finding, conditionsFrom } from "../api/findings.ts";
import { fieldManagers } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import { storedStatus } from "../api/stored-status.ts";
import type { EventNote } from "../kubernetes/events.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import type { HeldAddresses } from "../ledger/held-addresses.ts";
import type { Effect } from "../runtime/effect.ts";
import { type Context, type Plan, planOf } from "../runtime/plan.ts";
import type { IpRange } from "../values/ip.ts";
import { poolMistakes } from "./mistakes.ts";
import { type ProtectedPool, deletion, protecting, releasing } from "./protection.ts";
import { providers } from "./providers.ts";
import { type PoolCounts, lowWater, poolCounts, poolProblem } from "./status.ts";
import { poolRanges } from "./view.ts";

/** All that a pool's next step is decided from. */
export interface ObservedPool extends ProtectedPool {
  /** All other pools: two may hold the same addresses. */
  readonly others: readonly CustomObject[];
  /** All that the ledger holds, of whatever pool. */
  readonly held: HeldAddresses;
}

interface PoolStatus extends Partial<PoolCounts> {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
}

/** Decides a pool's counts and conditions, and how long it is kept. It never touches an address. */
export function decidePool(observed: ObservedPool, context: Context): Plan {
  const { raw } = observed;
  const release = releasing(observed);
  if (release !== undefined) return planOf({ effects: [release] });
  const status = statusOf(observed, context);
  const notes = notesOf(raw, status);
  const write: Effect = {
    kind: "status",
    id: "status",
    of: resources.pools,
    about: raw,
    before: raw.status,
    status,
    fieldManager: fieldManagers.pool,
  };
  const report: Effect = { kind: "event", id: "event", about: raw, notes, needs: [write.id] };
  const reports = notes.length === 0 ? [write] : [write, report];
  return planOf({ effects: [...protecting(observed), ...reports] });
}

function statusOf(observed: ObservedPool, { now }: Context): PoolStatus {
  const { raw } = observed;
  const { counts, ready } = reviewed(observed);
  const generation = raw.metadata.generation ?? 0;
  const { conditions: before } = storedStatus(raw);
  const conditions = conditionsFrom({ Ready: ready }, { before, generation, now });
  return { observedGeneration: generation, ...counts, conditions };
}

interface Review {
  readonly counts?: PoolCounts;
  readonly ready: Finding;
}

function reviewed(observed: ObservedPool): Review {
  const { raw, others, entries, held } = observed;
  const parsed = parseAddressPool(raw);
  const leaving = deletion(observed);
  if (!parsed.ok) return { ready: leaving ?? invalid(parsed.problem) };
  const pool = parsed.value;
  const ranges = poolRanges(pool.spec);
  if (typeof ranges === "string") return { ready: leaving ?? invalid(ranges) };
  const usable: Finding = {
    status: "True",
    reason: "Usable",
    message: "fleets may claim addresses from this pool",
  };
  const problem = unsupported(pool) ?? poolProblem(ranges, others.flatMap(rangesOf));
  const ready = leaving ?? problem ?? poolMistakes(pool.spec) ?? usable;
  const counted = pool.spec.provider === "Assigned" ? "assigned" : ranges;
  return { counts: poolCounts(counted, entries, held), ready };
}

function invalid(message: string): Finding {
  return { status: "False", reason: "InvalidSpec", message };
}

function unsupported({ spec }: AddressPool): Finding | undefined {
  if (providers.has(spec.provider)) return undefined;
  return {
    status: "False",
    reason: "ProviderUnknown",
    message: `this version can't use the provider ${spec.provider} yet: use one of ${[...providers.keys()].join(", ")}`,
  };
}

function rangesOf(raw: CustomObject): { name: string; ranges: readonly IpRange[] }[] {
  const parsed = parseAddressPool(raw);
  const ranges = parsed.ok ? poolRanges(parsed.value.spec) : "";
  return typeof ranges === "string" ? [] : [{ name: raw.metadata.name, ranges }];
}

/**
 * A pool that became unusable, or usable again, says so once, and so does one that came to have few
 * free addresses.
 */
function notesOf(raw: CustomObject, status: PoolStatus): readonly EventNote[] {
  const parsed = parseAddressPool(raw);
  const old = parsed.ok ? parsed.value.status : undefined;
  const low = parsed.ok ? lowWater(old, status, parsed.value.spec.reserve) : undefined;
  const before = storedStatus(raw).conditions.find(({ type }) => type === "Ready");
  return [
    ...readyNotes(before, status.conditions),
    ...(low === undefined ? [] : [{ type: "Warning" as const, ...low }]),
  ];
}

function readyNotes(
  before: { readonly reason: string } | undefined,
  [ready]: readonly Condition[],
): readonly EventNote[] {
  if (ready === undefined || before?.reason === ready.reason) return [];
  const isReady = ready.status === "True";
  if (before === undefined && isReady) return [];
  const type = isReady ? "Normal" : "Warning";
  return [{ type, reason: ready.reason, message: ready.message }];
}
