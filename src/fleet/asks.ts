import { keyText } from "../kubernetes/resource.ts";
import { isFresh } from "../pods/answer.ts";
import { mayHoldSessions } from "../pods/view.ts";
import { laneCertificates } from "../proxy/lane-certificates.ts";
import type { Instant } from "../values/time.ts";
import type { FleetLane } from "./lanes.ts";
import type { ObservedFleet } from "./observed.ts";

/** What a fleet's plan wants to know, or to have made, before it can go on. */
export type FleetAsk =
  /** A certificate that was never used before, for the entry of this uid. */
  | { readonly kind: "certificate"; readonly uid: string }
  /** What a pod has loaded, and how many sessions it has now. */
  | { readonly kind: "podStatus"; readonly pod: string };

/** Lanes that serve an entry for which no certificate was made yet. */
export function certificateAsks(
  { children, certificates }: ObservedFleet,
  lanes: readonly FleetLane[],
): readonly FleetAsk[] {
  const known = laneCertificates(children.secret);
  const missing = lanes.filter(
    ({ lane, uid }) =>
      !certificates.has(uid) && !known.some((made) => made.lane === lane && made.uid === uid),
  );
  return missing.map(({ uid }) => ({ kind: "certificate", uid }));
}

/** Sessions matter only where something drains or ends: a settled fleet's pods are left alone. */
export function podAsks(observed: ObservedFleet, now: Instant): readonly FleetAsk[] {
  if (!needsSessions(observed)) return [];
  const { pods, answers } = observed;
  const stale = pods.filter(
    (pod) => mayHoldSessions(pod) && !isFresh(answers.get(pod.metadata.name), now),
  );
  return stale.map(({ metadata }) => ({ kind: "podStatus", pod: keyText(metadata) }));
}

/** Whether sessions decide on the next step. */
export function needsSessions({ raw, own }: ObservedFleet): boolean {
  return (
    raw?.metadata.deletionTimestamp !== undefined ||
    own.some(({ entry }) => entry.status.phase === "Draining")
  );
}
