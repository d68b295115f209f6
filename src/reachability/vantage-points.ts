import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { VantagePoint } from "../api/vantage-point.ts";
import { matchesSelector } from "../values/label-selector.ts";

/** What of a fleet's spec decides who measures its addresses. */
export type MeasuredSpec = Pick<WhatsAppProxySpec, "audience" | "reachability">;

/**
 * The vantage points that count for a fleet, and that its addresses are given to: those in the
 * countries of its audience, and controls in any country, as far as its selector matches their
 * labels. The selector holds for controls too: what a public service learns is for the fleet's owner
 * to say.
 */
export function vantagePointsOf(
  fleet: MeasuredSpec,
  all: readonly VantagePoint[],
): readonly VantagePoint[] {
  return all.filter((vantagePoint) => counts(fleet, vantagePoint));
}

function counts(
  { audience: { countries }, reachability }: MeasuredSpec,
  { metadata, spec }: VantagePoint,
): boolean {
  const isSelected = matchesSelector(reachability.vantagePoints ?? {}, metadata.labels ?? {});
  const isInCountry = countries.length === 0 || countries.includes(spec.country);
  return isSelected && (isInCountry || spec.role === "Control");
}

/** The countries whose verdicts count for a fleet. */
export function countriesOf(fleet: MeasuredSpec, all: readonly VantagePoint[]): readonly string[] {
  const { countries } = fleet.audience;
  if (countries.length > 0) return countries;
  const probes = vantagePointsOf(fleet, all).filter(({ spec }) => spec.role === "Probe");
  return [...new Set(probes.map(({ spec }) => spec.country))].toSorted();
}

/** From how many places it tests: each probe of a public service is one. */
export function placesOf({ spec }: VantagePoint): number {
  return (spec.globalping ?? spec.checkHost)?.limit ?? 1;
}
