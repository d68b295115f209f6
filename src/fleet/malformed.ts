import { type Finding, conditionsFrom } from "../api/findings.ts";
import { storedStatus } from "../api/stored-status.ts";
import { orphanRetirement } from "../rotation/retire.ts";
import type { Effect } from "../runtime/effect.ts";
import { type Plan, planOf } from "../runtime/plan.ts";
import { type Instant, earliest } from "../values/time.ts";
import { type FleetAsk, deletionAsks } from "./asks.ts";
import {
  deletionAskedAt,
  finishing,
  heldBecause,
  isDark,
  isEnding,
  isUnconfirmed,
  patienceUntil,
} from "./deletion.ts";
import { retireEffects } from "./ledger-effects.ts";
import type { LiveFleet } from "./observed.ts";
import { statusEffect, statusId } from "./report.ts";

type Observed = LiveFleet["observed"];

/**
 * The next step of a fleet that got past the CRD but that this version can't read: its status says
 * so, what runs goes on, and a person who deletes it ends it as any other.
 */
export function planMalformed(observed: Observed, problem: string, now: Instant): Plan<FleetAsk> {
  const asks = deletionAsks(observed, now);
  if (isUnconfirmed(observed)) return planOf({ asks });
  const ending = isEnding(observed) ? endingOf(observed, now) : nothing;
  if (ending.isOver) return planOf({ effects: ending.effects });
  return planOf({
    effects: [...ending.effects, ...reports(observed, problem, now)],
    asks,
    requeueAt: earliest(ending.requeueAt, deletionAskedAt(observed, now)),
  });
}

interface Ending {
  readonly effects: readonly Effect[];
  /** Whether the fleet goes with this step. */
  readonly isOver: boolean;
  readonly requeueAt: Instant | undefined;
}

const nothing: Ending = { effects: [], isOver: false, requeueAt: undefined };

/**
 * Its addresses go dark and are remembered, and then it goes. Its lanes can't be closed, since
 * nobody knows what its pods should be: the pods end with it.
 */
function endingOf(observed: Observed, now: Instant): Ending {
  const { raw, own, orphans, unwished, pools, formerPools } = observed;
  const rest = {
    pools: [...pools, ...formerPools],
    isFleetGone: true,
    isHeld: unwished.length > 0,
  };
  const views = own.map(({ view }) => view);
  const all = [...views, ...orphans.map(({ view }) => view)];
  const requeueAt = isDark(all) ? patienceUntil(all) : undefined;
  if (requeueAt !== undefined && now >= requeueAt)
    return { effects: [finishing(raw)], isOver: true, requeueAt: undefined };
  const steps = views.flatMap((view) => orphanRetirement(view, rest, now) ?? []);
  return { effects: retireEffects(own, steps), isOver: false, requeueAt };
}

/**
 * Says what is wrong: in the status, and once in an Event. The published addresses stay in it, the
 * selector that an autoscaler reads, and the requests that were answered: they would be done again.
 */
function reports(observed: Observed, problem: string, now: Instant): readonly Effect[] {
  const { raw } = observed;
  const { status, conditions: before } = storedStatus(raw);
  const outlook = heldBecause(observed) ?? "What runs goes on unchanged until this is mended";
  const message = `${problem}. ${outlook}`;
  const stalled: Finding = { status: "True", reason: "InvalidSpec", message };
  const findings = { Stalled: stalled, Ready: { ...stalled, status: "False" } } as const;
  const generation = raw.metadata.generation ?? 0;
  const said = conditionsFrom(findings, { before, generation, now });
  const kept = before.filter(({ type }) => !(type in findings) && type !== "Reconciling");
  const write = statusEffect(raw, {
    ...status,
    observedGeneration: generation,
    conditions: [...kept, ...said],
  });
  const isNews = !before.some(({ type, reason }) => type === "Stalled" && reason === "InvalidSpec");
  const notes = [{ type: "Warning", reason: "InvalidSpec", message } as const];
  const event: Effect = { kind: "event", id: "event of it", about: raw, notes, needs: [statusId] };
  return isNews ? [write, event] : [write];
}
