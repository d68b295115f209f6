import type { Finding, StoredCondition } from "../api/findings.ts";
import { type Instant, formatDuration, minutes, parseInstant, plus } from "../values/time.ts";

/** The part of the last status that the next one depends on. */
export interface StatusBefore {
  readonly observedGeneration: number;
  readonly conditions: readonly StoredCondition[];
}

/** How far a generation is realised. */
export interface Progress {
  readonly before: StatusBefore;
  readonly generation: number;
  readonly ready: Finding;
  readonly isRolledOut: boolean;
  /** Whether it asks for pods at all: one that asks for none is never ready. */
  readonly wantsPods: boolean;
}

/** A generation that takes longer than this is stuck. A Deployment waits as long. */
const patience = minutes(10);

/**
 * Only while the generation isn't realised (kstatus): a rotation later on leaves the fleet Ready
 * and quiet. At the first look at a generation, the pods are still those of the one before. The
 * reason is `Creating` until the fleet was realised for the first time, and `Updating` ever after:
 * anyone who watches can tell a young fleet from a changed one that serves.
 */
export function reconciling({
  before,
  generation,
  ready,
  isRolledOut,
  wantsPods,
}: Progress): Finding | undefined {
  const isSeenBefore = before.observedGeneration === generation;
  const unfinished = before.conditions.find(({ type }) => type === "Reconciling");
  const isDone = isRolledOut && (ready.status === "True" || !wantsPods);
  if (isSeenBefore && (unfinished === undefined || isDone)) return undefined;
  const isYoung = before.observedGeneration === 0 || unfinished?.reason === "Creating";
  return {
    status: "True",
    reason: isYoung ? "Creating" : "Updating",
    message: messageOf(ready, isRolledOut),
  };
}

function messageOf(ready: Finding, isRolledOut: boolean): string {
  if (ready.status !== "True") return ready.message;
  return isRolledOut ? "the new spec is being applied" : "pods are being replaced";
}

/** What to say of a fleet that is not ready long after its spec changed. */
export function overdue({ before, ready, wantsPods }: Progress, now: Instant): Finding | undefined {
  const until = ready.status === "True" || !wantsPods ? undefined : deadline(before.conditions);
  if (until === undefined || now < until) return undefined;
  const message = `not ready ${formatDuration(patience)} after its spec changed: ${ready.message}`;
  return { status: "True", reason: "ProgressDeadlineExceeded", message };
}

/**
 * When a fleet that is not ready yet counts as stuck; undefined where it is ready, or known to be
 * stuck.
 */
export function stuckAt(conditions: StatusBefore["conditions"]): Instant | undefined {
  const isNot = (type: string) =>
    !conditions.some((condition) => condition.type === type && condition.status === "True");
  return isNot("Ready") && isNot("Stalled") ? deadline(conditions) : undefined;
}

function deadline(conditions: StatusBefore["conditions"]): Instant | undefined {
  const since = parseInstant(
    conditions.find(({ type }) => type === "Reconciling")?.lastTransitionTime,
  );
  return since === undefined ? undefined : plus(since, patience);
}
