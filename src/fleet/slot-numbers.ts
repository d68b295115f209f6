import type { FleetView } from "../rotation/fleet-view.ts";

/** The numbers of a fleet's slots, from 0 up. */
export function slotNumbers({ count }: Pick<FleetView, "count">): number[] {
  return Array.from({ length: count }, (_, slot) => slot);
}
