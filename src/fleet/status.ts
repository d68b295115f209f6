import { type Condition, conditionsFrom } from "../api/findings.ts";
import type { FleetView } from "../rotation/fleet-view.ts";
import type { RotationPlan } from "../rotation/plan.ts";
import { type SlotAddresses, slotsOf } from "../rotation/slots.ts";
import { present } from "../values/present.ts";
import { type Instant, earliest, formatInstant } from "../values/time.ts";
import { blockedAnywhere } from "./blocked-anywhere.ts";
import { type CutOff, cutOff } from "./cut-off.ts";
import { type StatusView, childrenOf, findings } from "./findings.ts";
import { type StatusSlot, slotRows } from "./slot-rows.ts";

export interface StatusAddress {
  readonly address: string;
  readonly slot: number;
  readonly phase: string;
  readonly since: string;
  readonly expires?: string;
  /** Countries in which it is blocked, counted for this fleet or not. */
  readonly blockedIn?: readonly string[];
}

export interface FleetStatus {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly selector: string;
  readonly serving: string;
  readonly reachable: string;
  readonly lastHandledRotateAt?: string;
  readonly lastHandledReport?: string;
  readonly nextRotation?: { readonly slot: number; readonly at: string; readonly reason: string };
  readonly conditions: readonly Condition[];
  readonly slots: readonly StatusSlot[];
  readonly addresses: readonly StatusAddress[];
}

/**
 * The fleet's status, from what is and what is planned. Publication lives here: an address that is
 * `Serving` is what people are to use.
 */
export function fleetStatus(view: StatusView, now: Instant): FleetStatus {
  const { fleet, plan, pods, generation } = view;
  const slots = slotsOf(fleet);
  const cut = cutOffs(view, slots, now);
  const published = slots.filter((slot) => slot.published !== undefined).length;
  const serving = pods.ready > 0 ? published : 0;
  const handled = plan.answered.kind === "none" ? fleet.lastHandledRotateAt : plan.answered.text;
  const report =
    plan.report.kind === "answered" || plan.report.kind === "refused"
      ? plan.report.text
      : fleet.lastHandledReport;
  return {
    observedGeneration: generation,
    replicas: pods.replicas,
    readyReplicas: pods.ready,
    selector: view.selector,
    serving: `${serving}/${fleet.count}`,
    reachable: `${fleet.count - cut.length}/${fleet.count}`,
    ...present({
      lastHandledRotateAt: handled,
      lastHandledReport: report,
      nextRotation: nextRotation(plan),
    }),
    conditions: conditionsFrom(findings(view, { slots, cut }, now), {
      before: view.before.conditions,
      generation,
      now,
    }),
    slots: slotRows({ plan, hostname: view.hostname }, slots, cut),
    addresses: statusAddresses(fleet, slots),
  };
}

function cutOffs(
  view: StatusView,
  slots: readonly SlotAddresses[],
  now: Instant,
): readonly CutOff[] {
  const seen = { ...view, children: childrenOf(view) };
  return slots.flatMap((slot) => cutOff(seen, slot, now) ?? []);
}

/** When the next move that is under way will have taken long: the status says so then. */
export function moveOverdueAt(view: StatusView, now: Instant): Instant | undefined {
  const moving = cutOffs(view, slotsOf(view.fleet), now).filter(({ isMoving }) => isMoving);
  return earliest(...moving.map(({ overdueAt }) => overdueAt));
}

function nextRotation({ next }: RotationPlan): FleetStatus["nextRotation"] | undefined {
  return next === undefined ? undefined : { ...next, at: formatInstant(next.at) };
}

/**
 * One row an address, serving first. Of two that serve a slot for a moment, only the newest is
 * published; of a removed slot, none.
 */
function statusAddresses(fleet: FleetView, slots: readonly SlotAddresses[]): StatusAddress[] {
  const rows = fleet.addresses.flatMap((entry): (StatusAddress & { order: number })[] => {
    if (
      entry.address === undefined ||
      entry.repeat ||
      entry.phase === "Quarantined" ||
      entry.want === "Quarantine"
    )
      return [];
    const isPublished = slots[entry.slot]?.published?.name === entry.name;
    const phase = entry.phase === "Serving" && !isPublished ? "Draining" : entry.phase;
    const blockedIn = blockedAnywhere(entry);
    const expires = entry.drainUntil === undefined ? undefined : formatInstant(entry.drainUntil);
    return [
      {
        address: entry.address,
        slot: entry.slot,
        phase,
        since: formatInstant(entry.phaseSince),
        ...present({ expires, blockedIn }),
        order: isPublished ? 0 : 1,
      },
    ];
  });
  return rows
    .toSorted((a, b) => a.slot - b.slot || a.order - b.order || (a.address < b.address ? -1 : 1))
    .map(({ order: _order, ...row }) => row);
}
