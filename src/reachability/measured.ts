import type { Finding } from "../api/findings.ts";
import type { VantagePoint } from "../api/vantage-point.ts";
import { type MeasuredSpec, countriesOf, placesOf, vantagePointsOf } from "./vantage-points.ts";

/** How many places of a country test a fleet's addresses. */
interface Coverage {
  readonly country: string;
  readonly places: number;
}

/**
 * Whether enough places measure a fleet for a verdict `Blocked` of its `blockedWhen`: its condition
 * `Measured`. Nothing is said where the cluster has no vantage point: `Reachable` says then that
 * nothing measures.
 */
export function measured(fleet: MeasuredSpec, all: readonly VantagePoint[]): Finding | undefined {
  return all.length === 0 ? undefined : finding(fleet, all);
}

function finding(fleet: MeasuredSpec, all: readonly VantagePoint[]): Finding {
  const counted = vantagePointsOf(fleet, all);
  const covered = coverage(fleet, all);
  const { vantagePoints: needed } = fleet.reachability.blockedWhen;
  if (covered.every(({ places }) => places === 0)) return none(fleet);
  const short = covered.filter(({ places }) => places < needed);
  if (short.length > 0) return tooFew(short, needed);
  if (!counted.some(({ spec }) => spec.role === "Control")) return noControl();
  const seen = covered.map(({ country, places }) => `${country}: ${places}`).join(", ");
  return {
    status: "True",
    reason: "Measures",
    message: `places that test its addresses, by country: ${seen}`,
  };
}

/** Without one, a fault of the address itself would look like a block. */
function noControl(): Finding {
  return {
    status: "False",
    reason: "TooFewVantagePoints",
    message:
      "no control tests its addresses, so that no failed test makes a block: add a VantagePoint of role Control, in any country without a censor, with labels that spec.reachability.vantagePoints matches",
  };
}

function coverage(fleet: MeasuredSpec, all: readonly VantagePoint[]): readonly Coverage[] {
  const probes = vantagePointsOf(fleet, all).filter(({ spec }) => spec.role === "Probe");
  return countriesOf(fleet, all).map((country) => ({
    country,
    places: probes
      .filter(({ spec }) => spec.country === country)
      .reduce((sum, probe) => sum + placesOf(probe), 0),
  }));
}

function none({ audience: { countries }, reachability }: MeasuredSpec): Finding {
  const where = countries.length === 0 ? "" : ` in ${countries.join(", ")}`;
  const chosen = reachability.vantagePoints === undefined ? "" : " with the labels of its selector";
  return {
    status: "False",
    reason: "TooFewVantagePoints",
    message: `no vantage point${chosen} measures its addresses${where}, so that only people notice a block: add a VantagePoint of role Probe there, or change spec.audience.countries or spec.reachability.vantagePoints`,
  };
}

function tooFew(short: readonly Coverage[], needed: number): Finding {
  const has = short.map(({ country, places }) => `${country} has ${places}`).join(", ");
  return {
    status: "False",
    reason: "TooFewVantagePoints",
    message: `spec.reachability.blockedWhen.vantagePoints is ${needed}, and ${has}: no measurement makes a block there. Add a VantagePoint, raise the limit of one, or lower blockedWhen.vantagePoints`,
  };
}
