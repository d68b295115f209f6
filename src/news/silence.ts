import type { VantagePoint } from "../api/vantage-point.ts";
import {
  type Instant,
  type Millis,
  formatInstant,
  millis,
  minutes,
  parseDuration,
  parseInstant,
  plus,
  spokenTime,
} from "../values/time.ts";
import { type NewsItem, newsLasts } from "./item.ts";

/** A vantage point as it bears on whether it is silent. */
export interface SilentView {
  readonly vantagePoint: VantagePoint;
  /** Whether any address is to be tested from there: without one, silence is as it should be. */
  readonly hasTargets: boolean;
  readonly now: Instant;
}

/** Rounds that may bring no result. */
const missedRounds = 3;

/** The time of the last result is written every ten minutes at most. */
const lateness = minutes(10);

/**
 * A vantage point that does not work, and of which no result came for three of its intervals and ten
 * minutes: a block may be seen late. One that never had a result counts from when it was seen to
 * fail.
 */
export function silenceNews(view: SilentView): readonly NewsItem[] {
  const { metadata, spec } = view.vantagePoint;
  const quietSince = quietFrom(view);
  if (quietSince === undefined) return [];
  const at = plus(quietSince, patience(view.vantagePoint));
  if (at > view.now) return [];
  const last = `no results came since ${spokenTime(quietSince)}, so a block may be seen late`;
  return [
    {
      kind: "VantagePointSilent",
      subject: metadata.name,
      at,
      announcedUntil: plus(at, newsLasts),
      origin: metadata.uid ?? "",
      facts: {
        vantagePoint: metadata.name,
        country: spec.country,
        role: spec.role,
        since: formatInstant(quietSince),
        message: `Vantage point ${metadata.name} (${spec.country}): ${last}. kubectl describe wavp ${metadata.name} says why.`,
      },
    },
  ];
}

function quietFrom({ vantagePoint: { status }, hasTargets }: SilentView): Instant | undefined {
  const working = status.conditions?.find(({ type }) => type === "Working");
  if (working === undefined || working.status === "True" || !hasTargets) return undefined;
  const last = parseInstant(status.lastResult);
  if (last !== undefined) return last;
  return working.status === "False" ? parseInstant(working.lastTransitionTime) : undefined;
}

function patience({ spec }: VantagePoint): Millis {
  return millis(missedRounds * parseDuration(spec.interval) + lateness);
}
