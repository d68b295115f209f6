import type { FleetOverview } from "../../overview/fleet.ts";
import { spokenTime } from "../../values/time.ts";
import { type Cell, type Drawing, tableText } from "../terminal/table.ts";
import { quoted } from "../terminal/width.ts";
import { servedSlots, troubleText } from "../../overview/trouble-text.ts";
import { urgencyWords } from "./words.ts";

const header = ["NAME", "STATE", "SERVED", "PODS", "NEXT MOVE", "WHAT"] as const;

/** All fleets, those in trouble first. @param everywhere with a column for the namespace */
export function fleetTable(
  fleets: readonly FleetOverview[],
  everywhere: boolean,
  drawing: Drawing,
): string {
  const rows = fleets.map((fleet) => [...namespaceOf(fleet, everywhere), ...cellsOf(fleet)]);
  return tableText(everywhere ? ["NAMESPACE", ...header] : header, rows, drawing);
}

function namespaceOf({ namespace }: FleetOverview, everywhere: boolean): readonly Cell[] {
  return everywhere ? [{ text: namespace }] : [];
}

function cellsOf(fleet: FleetOverview): readonly Cell[] {
  const { name, slots, pods, next, urgency } = fleet;
  const served = servedSlots(fleet).length;
  return [
    { text: name },
    urgencyWords[urgency],
    { text: `${served}/${slots.length}` },
    { text: `${pods.ready}/${pods.wanted}` },
    { text: next === undefined ? "-" : spokenTime(next.at) },
    { text: quoted(troubleText(fleet)) },
  ];
}
