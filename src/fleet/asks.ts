import { isDeletionAsked } from "../cluster/deletion.ts";
import type { KubeObject } from "../kubernetes/objects.ts";
import { keyText } from "../kubernetes/resource.ts";
import { isFresh } from "../pods/answer.ts";
import { isServingPod } from "../pods/view.ts";
import { laneCertificates } from "../proxy/lane-certificates.ts";
import type { Instant } from "../values/time.ts";
import { isEnding } from "./deletion.ts";
import type { FleetLane } from "./lanes.ts";
import type { ObservedFleet } from "./observed.ts";

/** What a fleet's plan wants to know, or to have made, before it can go on. */
export type FleetAsk =
  /** A certificate that was never used before, for the entry of this uid. */
  | { readonly kind: "certificate"; readonly uid: string }
  /** What a pod has loaded, and how many sessions it has now. */
  | { readonly kind: "podStatus"; readonly pod: string }
  /** Whether the server has no such fleet either. */
  | { readonly kind: "absence" }
  /** Whether a person wished for the deletion of the fleet, or of an entry. */
  | { readonly kind: "deletion"; readonly object: KubeObject };

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

/** Deletions of which it must be known whether a person wished for them. */
export function deletionAsks(
  { unwished }: Pick<ObservedFleet, "unwished">,
  now: Instant,
): readonly FleetAsk[] {
  const due = unwished.filter(({ deletion }) => isDeletionAsked(deletion, now));
  return due.map(({ object }) => ({ kind: "deletion", object }));
}

/** Sessions matter only where something drains or ends: a settled fleet's pods are left alone. */
export function podAsks(observed: ObservedFleet, now: Instant): readonly FleetAsk[] {
  if (!needsSessions(observed)) return [];
  const { pods, answers } = observed;
  const stale = pods.filter(
    (pod) => isServingPod(pod) && !isFresh(answers.get(pod.metadata.name), now),
  );
  return stale.map(({ metadata }) => ({ kind: "podStatus", pod: keyText(metadata) }));
}

/** Whether sessions decide on the next step. */
export function needsSessions(observed: ObservedFleet): boolean {
  return isEnding(observed) || observed.own.some(({ entry }) => entry.status.phase === "Draining");
}
