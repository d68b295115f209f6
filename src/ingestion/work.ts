import type { VantagePoint } from "../api/vantage-point.ts";
import { mostTargets } from "../probe/protocol.ts";
import { intervalOf } from "../reachability/schedule.ts";
import type { MeasuredTarget } from "../reachability/targets.ts";
import { type Millis, hours, millis, minutes } from "../values/time.ts";
import type { IngestionSettings } from "./settings.ts";
import type { Work } from "./vantage-points.ts";

/** Moving 48 KB costs the volunteer's traffic: it is done no more often than this. */
const leastTransferEvery: Millis = minutes(10);

/**
 * What the agents of a vantage point are asked to do. Where it may test more addresses than an agent
 * takes, suspected ones come first.
 */
export function workOf(
  vantagePoint: VantagePoint,
  testable: readonly MeasuredTarget[],
  { elsewhere, addresses }: Pick<IngestionSettings, "elsewhere" | "addresses">,
): Work {
  const everyMs = intervalOf(vantagePoint);
  const inOrder = testable.toSorted((a, b) => Number(b.isSuspected) - Number(a.isSuspected));
  return {
    // An agent refuses fields that it does not know.
    targets: inOrder.slice(0, mostTargets).map(({ isSuspected: _, ...target }) => target),
    everyMs,
    transferEveryMs: millis(Math.max(everyMs, leastTransferEvery)),
    elsewhere,
    endpoints: addresses,
  };
}

/** For a vantage point that has gone since its agent was let in. */
export const noWork: Work = {
  targets: [],
  everyMs: hours(1),
  transferEveryMs: hours(1),
  elsewhere: [],
  endpoints: [],
};
