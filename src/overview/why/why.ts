import type { Overview } from "../overview.ts";
import type { FleetOverview } from "../fleet.ts";
import type { Observed } from "../observed.ts";
import { type Cause, type FleetCase, clause, inNamespace } from "./cause.ts";
import { fleetCauses } from "./fleet-checks.ts";
import { slotCause } from "./slot-checks.ts";

/** What is wrong with a fleet, the most urgent first; none where nothing is known to be. */
export function causesOf(
  fleet: FleetOverview,
  {
    overview,
    observed,
    slot,
  }: {
    readonly overview: Overview;
    readonly observed: Observed;
    readonly slot?: number | undefined;
  },
): readonly Cause[] {
  const of: FleetCase = { overview, observed, fleet };
  const whole = fleetCauses(of);
  const slots = fleet.slots.filter((one) => slot === undefined || one.slot === slot);
  const urgent = slots.toSorted((a, b) => rank(a.state) - rank(b.state));
  const single = urgent.flatMap((one) => slotCause({ ...of, slot: one }) ?? []);
  const known = [...whole, ...single];
  return known.length > 0 || slot !== undefined ? known : otherTroubles(fleet);
}

const order = ["CutOff", "Moving", "Suspected"];

function rank(state: string): number {
  const at = order.indexOf(state);
  return at < 0 ? order.length : at;
}

/** Conditions that report trouble, and that no check explains. */
function otherTroubles(fleet: FleetOverview): readonly Cause[] {
  return fleet.troubles.map(({ type, reason, message }) => ({
    name: "Other",
    says: `${type} (${reason}): ${clause(message)}`,
    fix: `see docs/conditions.md, and kubectl describe wap ${fleet.name} ${inNamespace(fleet)}`,
  }));
}

/** One sentence with the remedy, for people. */
export function sentence({ says, fix }: Cause): string {
  return `${says.slice(0, 1).toUpperCase()}${says.slice(1)}. Fix: ${fix}.`;
}
