import type { FleetOverview } from "./fleet.ts";
import type { SlotOverview } from "./slot.ts";

/** Slots whose people are not known to be cut off; none while no pod is ready. */
export function servedSlots({ pods, slots }: FleetOverview): readonly SlotOverview[] {
  return pods.ready === 0
    ? []
    : slots.filter(({ state }) => state === "Served" || state === "Suspected");
}

/** What is wrong with a fleet, in a sentence: the operator's own words where it has said it. */
export function troubleText(fleet: FleetOverview): string {
  const { unreadable, pods, slots, troubles, paused, urgency } = fleet;
  if (unreadable !== undefined) return unreadable;
  if (pods.ready === 0 && pods.problem !== undefined) return pods.problem.message;
  if (urgency === "CutOff" && pods.ready === 0) return noPodText(fleet);
  const cut = slots.find(({ state }) => state === "CutOff") ?? slots.find((one) => one.cutOff);
  if (cut !== undefined) return cut.message || `slot ${cut.slot}: ${cut.cutOff?.what ?? ""}`;
  const [first] = troubles;
  if (first !== undefined) return first.message;
  const suspected = slots.find(({ state }) => state === "Suspected");
  if (suspected !== undefined) return `slot ${suspected.slot}: ${suspected.message}`;
  return paused ? "paused: no slot moves" : "";
}

function noPodText({ pods: { wanted } }: FleetOverview): string {
  return wanted === 0 ? "spec.replicas is 0, so nobody is served" : "no pod is ready";
}
