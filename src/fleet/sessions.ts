import type { AddressView } from "../ledger/view.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { isFresh } from "../pods/answer.ts";
import type { PodStatus } from "../pods/status.ts";
import { mayHoldSessions } from "../pods/view.ts";
import type { Instant } from "../values/time.ts";
import { needsSessions } from "./asks.ts";
import type { ObservedFleet } from "./observed.ts";

/**
 * What the pods say now in which sessions may be open, whether people are still sent to them or not;
 * undefined for one that has not answered a moment ago. What is not known is not zero.
 */
export function freshStatuses(
  { pods, answers }: ObservedFleet,
  now: Instant,
): readonly (PodStatus | undefined)[] {
  return statusesOf(pods.filter(mayHoldSessions), answers, now);
}

/** The same of those pods that stay: one that goes takes no other configuration any more. */
export function stayingStatuses(
  { pods, answers }: ObservedFleet,
  now: Instant,
): readonly (PodStatus | undefined)[] {
  const staying = pods.filter(
    (pod) => mayHoldSessions(pod) && pod.metadata.deletionTimestamp === undefined,
  );
  return statusesOf(staying, answers, now);
}

function statusesOf(
  pods: readonly Pod[],
  answers: ObservedFleet["answers"],
  now: Instant,
): readonly (PodStatus | undefined)[] {
  return pods.map(({ metadata }) => {
    const answer = answers.get(metadata.name);
    return isFresh(answer, now) ? answer.status : undefined;
  });
}

/** The fleet's own addresses, each with its open sessions over all pods where they are known. */
export function withSessions(observed: ObservedFleet, now: Instant): readonly AddressView[] {
  const views = observed.own.map(({ view }) => view);
  if (!needsSessions(observed)) return views;
  const statuses = freshStatuses(observed, now);
  const known = statuses.filter((status) => status !== undefined);
  if (known.length === 0 || known.length < statuses.length) return views;
  return views.map((view) => ({ ...view, sessions: sessionsOf(view, known) }));
}

/** Open sessions of an address over all pods that said these. */
export function sessionsOf(
  { lane, name }: Pick<AddressView, "lane" | "name">,
  statuses: readonly PodStatus[],
): number {
  const counts = statuses.map(({ lanes }) => {
    const found = lanes.find((one) => one.lane === lane && one.address === name);
    return found?.sessions ?? 0;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Whether every pod has closed the fleet's lanes, and ended their sessions. */
export function lanesAreClosed(observed: ObservedFleet, now: Instant): boolean {
  return freshStatuses(observed, now).every(
    (status) => status !== undefined && status.lanes.every(({ open }) => !open),
  );
}
