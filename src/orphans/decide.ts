import { type Absence, absenceStaleAt, isAbsenceStale, isGone } from "../cluster/absence.ts";
import { fieldManagers } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import { services } from "../kubernetes/builtin.ts";
import type { EventNote } from "../kubernetes/events.ts";
import type { CustomObject, Service } from "../kubernetes/objects.ts";
import { keyOf, stateOf } from "../kubernetes/resource.ts";
import { shareLimit } from "../ledger/share-limit.ts";
import type { Effect } from "../runtime/effect.ts";
import { type Context, type Plan, planOf } from "../runtime/plan.ts";
import { type Instant, seconds, since } from "../values/time.ts";
import { type Orphan, type OrphanDecision, judgeOrphan } from "./judge.ts";

/** What the server said when it was asked whether a Service has lost its ledger entry. */
export interface Confirmation {
  /** The Service's uid: another one of that name is asked about again. */
  readonly uid: string;
  readonly isLost: boolean;
  readonly at: Instant;
}

/** A Service whose ledger entry is missing in the cache, and what is around it. */
export interface ObservedOrphan extends Orphan {
  readonly fleet: CustomObject | undefined;
  /** Where its load balancer has a name that was never resolved. */
  readonly unresolved: string | undefined;
  readonly confirmation: Confirmation | undefined;
  /** What the server said of its fleet, where the cache does not have it. */
  readonly absence: Absence | undefined;
}

/** What only the server, or DNS, knows. */
export type OrphanAsk =
  | { readonly kind: "confirm"; readonly service: Service }
  /** Whether the server does not have its fleet either. */
  | { readonly kind: "absence" }
  | { readonly kind: "resolve"; readonly hostname: string };

/** An older answer is asked for again: the entry may have been made meanwhile. */
const fresh = seconds(30);

/**
 * Leaves no Service without its ledger entry: it is adopted back if its fleet lives, and deleted
 * once that has been gone for minutes. Each cache lags behind in its own way, so the server has to confirm that it is lost.
 */
export function decideOrphan(observed: ObservedOrphan, { now }: Context): Plan<OrphanAsk> {
  const { service, confirmation, unresolved } = observed;
  if (unresolved !== undefined)
    return planOf({ asks: [{ kind: "resolve", hostname: unresolved }] });
  if (!observed.fleetLives && !isGone(observed.absence, now)) return waiting(observed, now);
  if (!isFresh(observed, now)) return planOf({ asks: [{ kind: "confirm", service }] });
  if (confirmation?.isLost !== true) return planOf({});
  const decision = judgeOrphan(observed);
  const write = writeOf(service, decision);
  const text = noteOf(service.metadata.name, decision);
  const explanations = [{ subject: service.metadata.name, text: text.message }];
  const events = reportOf(observed.fleet, text, write);
  return planOf({ effects: [write, ...events], explanations });
}

/** Its fleet may come back, as in the middle of a restore: until then the Service stays. */
function waiting({ absence }: ObservedOrphan, now: Instant): Plan<OrphanAsk> {
  if (isAbsenceStale(absence, now)) return planOf({ asks: [{ kind: "absence" }] });
  return planOf({ requeueAt: absenceStaleAt(absence, now) });
}

function isFresh({ service, confirmation }: ObservedOrphan, now: Instant): boolean {
  if (confirmation === undefined || confirmation.uid !== service.metadata.uid) return false;
  const age = since(confirmation.at, now);
  return age >= 0 && age < fresh;
}

function writeOf(service: Service, decision: OrphanDecision): Effect {
  switch (decision.kind) {
    case "adopt":
      return {
        kind: "create",
        id: "adopt",
        of: resources.addresses,
        object: decision.entry,
        fieldManager: fieldManagers.fleet,
        preconditions: shareLimit(decision.perNamespace, {
          pool: decision.entry.spec.pool,
          namespace: decision.entry.spec.claimRef.namespace,
        }),
      };
    case "delete":
      return {
        kind: "delete",
        id: "remove",
        of: services,
        key: keyOf(service),
        state: stateOf(service),
      };
  }
}

function reportOf(
  about: CustomObject | undefined,
  note: EventNote,
  { id }: Effect,
): readonly Effect[] {
  if (about === undefined) return [];
  return [{ kind: "event", id: "event", about, notes: [note], needs: [id] }];
}

function noteOf(name: string, decision: OrphanDecision): EventNote {
  if (decision.kind === "adopt")
    return {
      type: "Warning",
      reason: "AddressAdopted",
      message: `the ledger had lost ${decision.address}: its entry was made again from Service ${name}`,
    };
  return {
    type: "Warning",
    reason: "ServiceRemoved",
    message: `Service ${name} has no ledger entry and was removed: ${decision.because}`,
  };
}
