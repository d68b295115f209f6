// rotation: when a slot moves to a fresh address, and what becomes of the old one. All of it is
// pure: fleet-view.ts is what it sees, planRotation below is what it decides.

import type { FleetView } from "./fleet-view.ts";
import type { Random } from "../values/random.ts";
import { type BlockReport, blockReport } from "../reachability/block-report.ts";
import { type Find, withinBudget } from "./budget.ts";
import {
  type Allocations,
  type Claim,
  type Shortage,
  allocationsOf,
  claimFor,
  isClaim,
} from "./claim.ts";
import { mayClaimAnotherAt, refusedClaim } from "./refused.ts";
import { type DecidedSlot, type NextMove, decideSlots } from "./slot-decision.ts";
import { type Retirement, givingUp, retirement } from "./retire.ts";
import { type RotateRequest, isPublishedFor, rotateRequest } from "./rotate-request.ts";
import { type Instant, earliest, minutes, plus } from "../values/time.ts";
import { present } from "../values/present.ts";

/** The next step of every slot of a fleet, as plain data: printed, it is the dry run. */
export interface RotationPlan {
  readonly claims: readonly Claim[];
  readonly retirements: readonly Retirement[];
  readonly shortages: readonly Shortage[];
  readonly slots: readonly SlotExplanation[];
  /** The next move that comes by itself. */
  readonly next: (NextMove & { readonly slot: number }) | undefined;
  /** The answer to the annotation rotate-at, once all slots that it asks for are published. */
  readonly answered: RotateRequest;
  /** What the annotation report-blocked says. */
  readonly report: BlockReport;
  readonly requeueAt: Instant | undefined;
}

/** What evidence holds, evidence lets go: this is for an event that was lost. */
const heldLookEvery = minutes(1);

/** Why a slot moves or stays, and its next move where the time of it is known. */
export interface SlotExplanation {
  readonly slot: number;
  readonly explanation: string;
  readonly next?: NextMove;
}

/** What a plan is made from beside the fleet. */
export interface RotationContext {
  /** Lanes of the fleet's pods. */
  readonly bank: number;
  readonly now: Instant;
  readonly random: Random;
}

/**
 * Plans the next step of every slot of one fleet. Pure: the same view, time and random source give
 * the same plan. Slots are considered blocked first, then oldest first, until `maxConcurrent` or
 * the hourly budget is spent.
 */
export function planRotation(fleet: FleetView, context: RotationContext): RotationPlan {
  const { now } = context;
  const request = rotateRequest(fleet);
  const decided = decideSlots(fleet, request, now);
  const find = finderFor(fleet, context);
  const { found, waiting } = withinBudget(fleet, decided, { now, find });
  const shortages = found.filter((result): result is Shortage => !isClaim(result));
  const retirements = fleet.addresses.map((address) => retirement(fleet, address, now));
  const steps = retirements.flatMap(({ now: step }) => step ?? []);
  const given = givenUp(fleet, decided, { claims: found.filter(isClaim), steps, now });
  const slots = decided.map(({ slot, decision }): SlotExplanation => {
    const wait = waiting.find((one) => one.slot === slot);
    const because =
      shortages.find((one) => one.slot === slot)?.message ?? wait?.because ?? decision.because;
    const next = wait?.next ?? (decision.kind === "stay" ? decision.next : undefined);
    return present({ slot, explanation: because, next });
  });
  return {
    claims: found.filter(isClaim),
    shortages,
    retirements: [...steps, ...given],
    slots,
    next: firstOf(slots),
    answered: answer(fleet, request),
    report: blockReport(fleet),
    requeueAt: earliest(
      ...retirements.map(({ requeueAt }) => requeueAt),
      ...slots.map(({ next }) => timeToCome(next, now)),
      ...waiting.map(({ lookAgainAt }) => lookAgainAt),
      ...fleet.holds.map(({ until }) => until ?? plus(now, heldLookEvery)),
    ),
  };
}

interface GivenUp {
  readonly claims: readonly Claim[];
  /** Steps that addresses take anyway. */
  readonly steps: readonly Retirement[];
  readonly now: Instant;
}

/**
 * Refused claims are given up where their slot takes another address now, or needs none any more.
 * Where there is no other, they are kept: nothing would be gained, and the load balancer may still
 * set the address, as one does that is handed over by another Service.
 */
function givenUp(
  fleet: FleetView,
  slots: readonly DecidedSlot[],
  { claims, steps, now }: GivenUp,
): readonly Retirement[] {
  return slots.flatMap((slot) => {
    const refused = refusedClaim(slot);
    if (refused === undefined || steps.some(({ name }) => name === refused.name)) return [];
    const isReplaced = claims.some(({ insteadOf }) => insteadOf === refused.name);
    const at = mayClaimAnotherAt(fleet, slot, refused);
    const isIdle = slot.decision.kind === "stay" && at !== undefined && now >= at;
    return isReplaced || isIdle ? [givingUp(fleet, refused, now)] : [];
  });
}

/** Finds one address after another, each with those before it taken. */
function finderFor(fleet: FleetView, { bank, now, random }: RotationContext): Find {
  let allocated: Allocations | undefined;
  return ({ slot, decision }) => {
    allocated ??= allocationsOf(fleet, now);
    return claimFor(slot, decision, { fleet, allocated, bank, random });
  };
}

function firstOf(slots: readonly SlotExplanation[]): RotationPlan["next"] {
  const known = slots.flatMap(({ slot, next }) => (next === undefined ? [] : [{ slot, ...next }]));
  return known.toSorted((a, b) => a.at - b.at || a.slot - b.slot)[0];
}

/** A move whose time is past waits for others: their end brings it about, and no time. */
function timeToCome(next: NextMove | undefined, now: Instant): Instant | undefined {
  return next !== undefined && next.at > now ? next.at : undefined;
}

/** A request counts as answered once every address that it asked for is published. */
function answer(fleet: FleetView, request: RotateRequest): RotateRequest {
  if (request.kind !== "slots") return request;
  return request.slots.every((slot) => isPublishedFor(request.text, slot, fleet.addresses))
    ? request
    : { kind: "none" };
}
