import { absenceStaleAt, isAbsenceStale, isGone } from "../cluster/absence.ts";
import { orphanRetirement } from "../rotation/retire.ts";
import { type Plan, planOf } from "../runtime/plan.ts";
import type { Instant } from "../values/time.ts";
import { type FleetAsk, deletionAsks } from "./asks.ts";
import { deletionAskedAt } from "./deletion.ts";
import { retireEffects } from "./ledger-effects.ts";
import type { ObservedFleet } from "./observed.ts";

/** What becomes of entries that belong to no fleet: they go dark, and are remembered. */
export function planOrphans(observed: ObservedFleet, now: Instant): Plan<FleetAsk> {
  const { raw, absence, orphans, unwished, pools, formerPools } = observed;
  const isFleetGone = raw === undefined && isGone(absence, now);
  const isHeld = unwished.length > 0;
  const steps = orphans.flatMap(({ view }) => {
    const rest = { pools: [...pools, ...formerPools], isFleetGone, isHeld };
    return orphanRetirement(view, rest, now) ?? [];
  });
  return planOf({ effects: retireEffects(orphans, steps), ...questions(observed, now) });
}

/** A fleet that exists asks by itself why it, or an entry, is being deleted. */
function questions(
  observed: ObservedFleet,
  now: Instant,
): Pick<Plan<FleetAsk>, "asks" | "requeueAt"> {
  const { raw, absence, orphans, unwished } = observed;
  if (raw !== undefined) return { asks: [], requeueAt: undefined };
  const asks = deletionAsks(observed, now);
  const waits = orphans.some(({ view }) => view.want !== "Quarantine");
  if (!waits) return { asks, requeueAt: deletionAskedAt(observed, now) };
  if (isAbsenceStale(absence, now))
    return { asks: [...asks, { kind: "absence" }], requeueAt: undefined };
  if (isGone(absence, now) && unwished.length === 0) return { asks, requeueAt: undefined };
  return { asks, requeueAt: absenceStaleAt(absence, now) };
}
