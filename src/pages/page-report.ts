import type { ReportEvidence } from "../reachability/evidence.ts";
import { spokenSpan } from "../reachability/sentence.ts";
import { type Instant, seconds } from "../values/time.ts";
import type { DuePresses } from "./press-windows.ts";

export interface ReportedAddress {
  readonly address: string;
  /** Whose verdicts count for the fleet, ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
}

/** What is counted together to begin with comes within seconds: that says nothing. */
const shortestSaid = seconds(10);

/**
 * What people said over a page, as evidence for each country of its audience: where they are is not
 * looked at. Presses are counted, not people: who pressed is not known, and one may press often.
 */
export function pageReports(
  { count, spanMs }: DuePresses,
  { address, countries }: ReportedAddress,
  now: Instant,
): readonly ReportEvidence[] {
  const span = spanMs < shortestSaid ? "" : spokenSpan(spanMs);
  const often = count === 1 ? "once" : `${count} times${span}`;
  const message = `the button was pressed ${often}`;
  return countries.map((country) => ({
    kind: "report",
    by: "Page",
    country,
    address,
    at: now,
    message,
  }));
}
