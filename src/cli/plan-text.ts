import type { RotationPlan } from "../rotation/plan.ts";
import { type Instant, formatInstant, spokenTime } from "../values/time.ts";

/** A fleet's plan, and the addresses that people are told now by slot. */
export interface PlannedFleet {
  readonly fleet: string;
  readonly published: ReadonlyMap<number, string>;
  readonly plan: RotationPlan;
  readonly now: Instant;
}

/**
 * The plan in plain words: a line a slot, then what happens to addresses that are on their way out.
 */
export function planText({ fleet, published, plan, now }: PlannedFleet): string {
  const slots = plan.slots.map(({ slot, explanation }) => {
    const claim = plan.claims.find((one) => one.slot === slot);
    const move =
      claim === undefined ? "" : `moves now to a fresh address of pool ${claim.pool}, since `;
    return `slot ${slot}  ${(published.get(slot) ?? "no address").padEnd(15)}  ${move}${explanation}`;
  });
  const retirements = plan.retirements.map(({ kind, name, until, because }) =>
    kind === "drain"
      ? `${name} drains now, until ${spokenTime(until)} at the latest (${because})`
      : `${name} goes dark now, and rests until ${spokenTime(until)} (${because})`,
  );
  const outage =
    plan.outage === undefined
      ? []
      : [`${plan.outage.failing} slots fail together: an outage is suspected, and nothing moves`];
  const next =
    plan.next === undefined
      ? "no move is planned"
      : `slot ${plan.next.slot} after ${spokenTime(plan.next.at)}: ${plan.next.reason}`;
  const header = `${fleet} at ${spokenTime(now)}. Nothing was changed: this only shows what would happen next.`;
  return [header, "", ...slots, ...retirements, ...outage, "", `next: ${next}`, ""].join("\n");
}

/** The plan as JSON, with times as RFC 3339. */
export function planJson({ fleet, published, plan, now }: PlannedFleet): string {
  const slots = plan.slots.map(({ slot, explanation, next }) => ({
    slot,
    ...(published.has(slot) ? { address: published.get(slot) } : {}),
    moves: plan.claims.some((claim) => claim.slot === slot),
    explanation,
    ...(next === undefined ? {} : { next: { at: formatInstant(next.at), reason: next.reason } }),
  }));
  const shown = {
    fleet,
    at: formatInstant(now),
    slots,
    retirements: plan.retirements.map(({ until, ...step }) => ({
      ...step,
      until: formatInstant(until),
    })),
    shortages: plan.shortages,
    outageSuspected: plan.outage !== undefined,
    ...(plan.next === undefined
      ? {}
      : { nextRotation: { ...plan.next, at: formatInstant(plan.next.at) } }),
    ...(plan.requeueAt === undefined ? {} : { requeueAt: formatInstant(plan.requeueAt) }),
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}
