import type { FleetRow, Urgency } from "../wire.ts";

/** What one look is to tell. */
export interface Glance {
  /** Groups that are cut off, and the fleets that they are in. */
  readonly cutOff: { readonly groups: number; readonly fleets: number };
  /** Groups that move to a fresh address now. */
  readonly moving: number;
  /** Fleets by how urgent they are. */
  readonly fleets: Readonly<Record<Urgency, number>>;
}

/** Counts it. A fleet without a ready pod serves none of its groups. */
export function glanceAt(rows: readonly FleetRow[]): Glance {
  const fleets = { CutOff: 0, Moving: 0, AtRisk: 0, Fine: 0 };
  let [groups, moving] = [0, 0];
  for (const { urgency, slots } of rows) {
    fleets[urgency]++;
    moving += slots.filter(({ state }) => state === "Moving").length;
    if (urgency === "CutOff")
      groups += slots.filter(({ state }) => state === "CutOff").length || slots.length;
  }
  return { cutOff: { groups, fleets: fleets.CutOff }, moving, fleets };
}
