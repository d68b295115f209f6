import type { FleetOverview } from "../../overview/fleet.ts";
import type { Observed } from "../../overview/observed.ts";
import { overviewOf } from "../../overview/overview.ts";
import { walk } from "../../overview/why/walk.ts";
import { causesOf } from "../../overview/why/why.ts";
import { CallError } from "../call/call-error.ts";
import type { Explained } from "./text.ts";

/**
 * What is wrong with a fleet, and the way there. @param observed what was read of this fleet
 * @param slot undefined: all slots. @throws CallError where the fleet has no such slot
 */
export function explain(
  fleet: FleetOverview,
  observed: Observed,
  slot: number | undefined,
): Explained {
  const { namespace, name, slots } = fleet;
  if (slot !== undefined && slot >= slots.length)
    throw new CallError(
      `${namespace}/${name} has no slot ${slot}: it has ${slots.length}, from 0 on`,
    );
  const overview = overviewOf(observed);
  return {
    namespace,
    name,
    steps: walk({ overview, fleet, observed }, slot),
    causes: causesOf(fleet, { overview, observed, slot }),
  };
}
