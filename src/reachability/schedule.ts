import { sourceOfSpec, type VantagePoint } from "../api/vantage-point.ts";
import {
  type Instant,
  type Millis,
  clockTolerance,
  hours,
  latest,
  millis,
  minutes,
  parseDuration,
  parseInstant,
  plus,
  seconds,
} from "../values/time.ts";
import { type Quota, type RoundMemory, longestWish } from "./round-memory.ts";
import type { MeasuredTarget } from "./targets.ts";

/** Between rounds of suspected addresses, and of a service that failed: then twice as long, … */
const firstPause = seconds(30);
/** … and a service that goes on failing is asked again after an hour, or its longer interval. */
const longestPause = hours(1);
/** A token that is missing is looked for in the cluster alone: that costs no service anything. */
const tokenPause = minutes(1);

/** What a vantage point's next round depends on. */
export interface ScheduleView {
  readonly vantagePoint: VantagePoint;
  readonly targets: readonly MeasuredTarget[];
  readonly memory: RoundMemory | undefined;
  readonly quota: Quota | undefined;
}

/** The next round: now, later, or when there is something to measure. */
export type NextRound =
  | { readonly kind: "due"; readonly targets: readonly MeasuredTarget[]; readonly isQuick: boolean }
  | { readonly kind: "wait"; readonly until: Instant; readonly forQuota: boolean }
  | { readonly kind: "nothing" };

/**
 * When a vantage point measures next, and what. Suspected addresses are tested at once, then in
 * pauses that double up to the interval: who spreads suspicion makes it ask no faster than that. A
 * service that fails is left alone for pauses that double, and as long as it asks for. No round
 * begins that what is left of the quota can't pay.
 */
export function nextRound(view: ScheduleView, now: Instant): NextRound {
  const { targets } = view;
  // An agent comes by itself; what is looked at here is whether its token is there.
  const isAgent = sourceOfSpec(view.vantagePoint.spec) === "agent";
  if (targets.length === 0 && !isAgent) return { kind: "nothing" };
  const suspected = targets.filter(({ isSuspected }) => isSuspected);
  const fullAt = fullRoundAt(view, now);
  const quickAt = suspected.length > 0 && !isAgent ? quickRoundAt(view, now) : fullAt;
  const at = againAt(view, now) ?? (quickAt < fullAt ? quickAt : fullAt);
  const payableAt = affordableAt(view, now);
  if (payableAt > latest(at, now)) return { kind: "wait", until: payableAt, forQuota: true };
  if (at > now) return { kind: "wait", until: at, forQuota: false };
  const isQuick = fullAt > now && suspected.length > 0;
  return { kind: "due", targets: isQuick ? suspected : targets, isQuick };
}

/** What rounds of this very spec left; none where a clock was set back since. */
function known({ memory, vantagePoint: { metadata } }: ScheduleView, now: Instant) {
  const isOfSpec = memory?.uid === metadata.uid && memory.generation === metadata.generation;
  return isOfSpec && memory.endedAt <= plus(now, clockTolerance) ? memory : undefined;
}

function fullRoundAt(view: ScheduleView, now: Instant): Instant {
  const interval = intervalOf(view.vantagePoint);
  const memory = known(view, now);
  if (memory !== undefined) return plus(memory.fullAt, millis(interval * spread(memory.jitter)));
  // A new leader, or a changed spec, which is tried at once.
  const { status, metadata } = view.vantagePoint;
  const isOfSpec = status.observedGeneration === metadata.generation;
  const measuredAt = isOfSpec ? parseInstant(status.lastResult) : undefined;
  const isKnown = view.memory === undefined && measuredAt !== undefined && measuredAt <= now;
  return isKnown ? plus(measuredAt, interval) : now;
}

function quickRoundAt(view: ScheduleView, now: Instant): Instant {
  const memory = known(view, now);
  if (memory === undefined) return now;
  const pause = doubled(firstPause, memory.quickRounds);
  return plus(memory.endedAt, millis(Math.min(intervalOf(view.vantagePoint), pause)));
}

/** When a round that failed is tried again; undefined where it did not fail. */
function againAt(view: ScheduleView, now: Instant): Instant | undefined {
  const memory = known(view, now);
  const pause =
    memory === undefined ? undefined : pauseAfter(memory, intervalOf(view.vantagePoint));
  return memory === undefined || pause === undefined ? undefined : plus(memory.endedAt, pause);
}

/** How long a vantage point is left alone after a round that failed; undefined: it did not. */
export function pauseAfter(
  { answer, failures, jitter }: Pick<RoundMemory, "answer" | "failures" | "jitter">,
  interval: Millis,
): Millis | undefined {
  const longest = Math.max(interval, longestPause);
  switch (answer.kind) {
    case "worked":
    case "noProbes":
      return undefined;
    case "tokenMissing":
      return tokenPause;
    case "agentsNotServed":
    case "notImplemented":
      return millis(longest);
    case "failed": {
      const pause = Math.min(longest, doubled(firstPause, failures - 1)) * spread(jitter);
      return millis(Math.max(pause, Math.min(answer.retryAfterMs ?? 0, longestWish)));
    }
  }
}

/** Spreads what would come all at once by a tenth to either side. */
function spread(jitter: number): number {
  return 0.9 + 0.2 * jitter;
}

/**
 * The cheapest round tries a host abroad, and one port of one address. Globalping counts each probe,
 * other services each test.
 */
function affordableAt({ vantagePoint, quota }: ScheduleView, now: Instant): Instant {
  const least = 2 * (vantagePoint.spec.globalping?.limit ?? 1);
  return quota !== undefined && quota.left < least ? quota.renewedAt : now;
}

function doubled(pause: Millis, times: number): number {
  return pause * 2 ** Math.min(times, 20);
}

/** How often it measures. */
export function intervalOf({ spec }: VantagePoint): Millis {
  return parseDuration(spec.interval);
}
