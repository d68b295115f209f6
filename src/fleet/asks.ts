import { isDeletionAsked } from "../cluster/deletion.ts";
import type { KubeObject } from "../kubernetes/objects.ts";
import { keyText } from "../kubernetes/resource.ts";
import { isFresh } from "../pods/answer.ts";
import { mayHoldSessions } from "../pods/view.ts";
import { type LaneCertificate, laneCertificates, madeFor } from "../proxy/lane-certificates.ts";
import { renewalAt } from "../proxy/renewal.ts";
import { ticketsEndAt } from "../proxy/ticket-secret.ts";
import { type Instant, earliest } from "../values/time.ts";
import { isEnding } from "./deletion.ts";
import type { NameAsk } from "../dns/lookups.ts";
import type { FleetLane } from "./lanes.ts";
import type { ObservedFleet } from "./observed.ts";

/** What a fleet's plan wants to know, or to have made, before it can go on. */
export type FleetAsk =
  /** A certificate that was never used before, for the entry of this uid. */
  | { readonly kind: "certificate"; readonly uid: string }
  /** One that takes the place of the entry's own (SHA-256), whose life comes to an end. */
  | { readonly kind: "renewal"; readonly uid: string; readonly of: string }
  /** What a pod has loaded, and how many sessions it has now. */
  | { readonly kind: "podStatus"; readonly pod: string }
  /** Whether the server has no such fleet either. */
  | { readonly kind: "absence" }
  /** Whether a person wished for the deletion of the fleet, or of an entry. */
  | { readonly kind: "deletion"; readonly object: KubeObject }
  /** What resolvers say of a slot's name. */
  | NameAsk;

/** Lanes that serve an entry for which no certificate was made yet, or that need another one. */
export function certificateAsks(
  observed: ObservedFleet,
  lanes: readonly FleetLane[],
  now: Instant,
): readonly FleetAsk[] {
  const { children, certificates } = observed;
  return lanes.flatMap((lane): readonly FleetAsk[] => {
    const { uid } = lane;
    const made = madeFor(children.secret, lane);
    if (certificates.has(made?.sha256 ?? uid)) return [];
    if (made === undefined) return [{ kind: "certificate", uid }];
    const at = renewalOf(made, observed);
    return at !== undefined && at <= now ? [{ kind: "renewal", uid, of: made.sha256 }] : [];
  });
}

/** When the next certificate or ticket secret of a lane is to be renewed. */
export function nextRenewalAt(observed: ObservedFleet, now: Instant): Instant | undefined {
  const times = laneCertificates(observed.children.secret).flatMap((made) => [
    renewalOf(made, observed),
    made.tickets && ticketsEndAt(made.tickets, made.uid),
  ]);
  return earliest(...times.filter((at) => at !== undefined && at > now));
}

/** Lanes whose ticket secret is to be replaced now, or that have none. */
export function ticketsDue({ children }: ObservedFleet, now: Instant): readonly number[] {
  const due = laneCertificates(children.secret).filter(
    ({ tickets, uid }) => tickets === undefined || now >= ticketsEndAt(tickets, uid),
  );
  return due.map(({ lane }) => lane);
}

function renewalOf(
  { uid, sha256 }: LaneCertificate,
  { lives }: ObservedFleet,
): Instant | undefined {
  const life = lives.get(sha256);
  return life === undefined ? undefined : renewalAt(life, uid);
}

/** Deletions of which it must be known whether a person wished for them. */
export function deletionAsks(
  { unwished }: Pick<ObservedFleet, "unwished">,
  now: Instant,
): readonly FleetAsk[] {
  const due = unwished.filter(({ deletion }) => isDeletionAsked(deletion, now));
  return due.map(({ object }) => ({ kind: "deletion", object }));
}

/**
 * Sessions matter only where something drains or ends, or the bank is to shrink: a settled fleet's
 * pods are left alone.
 */
export function podAsks(
  observed: ObservedFleet,
  now: Instant,
  bank: { readonly asksPods: boolean },
): readonly FleetAsk[] {
  if (!needsSessions(observed) && !bank.asksPods) return [];
  const { pods, answers } = observed;
  const stale = pods.filter(
    (pod) => mayHoldSessions(pod) && !isFresh(answers.get(pod.metadata.name), now),
  );
  return stale.map(({ metadata }) => ({ kind: "podStatus", pod: keyText(metadata) }));
}

/** Whether sessions decide on the next step. */
export function needsSessions(observed: ObservedFleet): boolean {
  return isEnding(observed) || observed.own.some(({ entry }) => entry.status.phase === "Draining");
}
