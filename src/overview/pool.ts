import { type AddressPool, parseAddressPool } from "../api/address-pool.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import type { HeldAddresses } from "../ledger/held-addresses.ts";
import type { AddressView } from "../ledger/view.ts";
import { type PoolCounts, poolCounts } from "../pool/status.ts";
import { poolRanges, quarantineTimes } from "../pool/view.ts";
import { type Instant, earliest } from "../values/time.ts";
import { type TroubleCondition, troubleConditions } from "./conditions.ts";
import { type PoolOutlook, poolOutlook } from "./pool-outlook.ts";

/** A pool, as a gauge and the day on which it runs out. */
export interface PoolOverview extends PoolCounts {
  readonly name: string;
  readonly provider: string;
  readonly reserve: number;
  /** When the next address that rests comes back; undefined where none does. */
  readonly nextFreeAt: Instant | undefined;
  /** Undefined where nobody knows how many addresses the pool has. */
  readonly outlook: PoolOutlook | undefined;
  /** What is wrong with its spec, where this version can't read it. */
  readonly unreadable: string | undefined;
  readonly troubles: readonly TroubleCondition[];
}

/** What of the ledger a pool is counted from. */
export interface PoolLedger {
  /** The pool's own entries. */
  readonly entries: readonly AddressView[];
  /** All that the ledger holds, of whatever pool. */
  readonly held: HeldAddresses;
}

/** A pool, counted from the ledger as the operator counts it. */
export function poolOverview(raw: CustomObject, ledger: PoolLedger, now: Instant): PoolOverview {
  const parsed = parseAddressPool(raw);
  if (!parsed.ok) return unreadable(raw.metadata.name, parsed.problem);
  const { metadata, spec, status } = parsed.value;
  const ranges = rangesOf(spec);
  if (ranges === undefined) return unreadable(metadata.name, "its addresses can't be read");
  const { entries, held } = ledger;
  const counts = poolCounts(ranges, entries, held);
  const quarantine = quarantineTimes(spec.quarantine);
  return {
    name: metadata.name,
    provider: spec.provider,
    reserve: spec.reserve,
    ...counts,
    nextFreeAt: earliest(...entries.map(({ quarantineUntil }) => quarantineUntil)),
    outlook:
      counts.free === undefined
        ? undefined
        : poolOutlook({ free: counts.free, quarantine }, entries, now),
    unreadable: undefined,
    troubles: troubleConditions(status.conditions),
  };
}

function rangesOf(spec: AddressPool["spec"]) {
  if (spec.provider === "Assigned") return "assigned";
  const ranges = poolRanges(spec);
  return typeof ranges === "string" ? undefined : ranges;
}

function unreadable(name: string, problem: string): PoolOverview {
  return {
    name,
    provider: "",
    reserve: 0,
    total: 0,
    serving: 0,
    draining: 0,
    quarantined: 0,
    nextFreeAt: undefined,
    outlook: undefined,
    unreadable: problem,
    troubles: [],
  };
}
