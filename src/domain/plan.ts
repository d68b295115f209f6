import { type Claim, type Shortage, claimFor, takenBy } from "./claim.ts";
import { type Opinion, opinionOn } from "./opinion.ts";
import { type Retirement, retirement } from "./retire.ts";
import { type RotateRequest, isPublishedFor, rotateRequest } from "./rotate-request.ts";
import { type Instant, earliest } from "./time.ts";
import { type FleetView, type Random, isInMaking, publishedAddress } from "./views.ts";

/** The next step of every slot of a fleet, as plain data: printed, it is the dry run. */
export interface RotationPlan {
  readonly claims: readonly Claim[];
  readonly retirements: readonly Retirement[];
  readonly shortages: readonly Shortage[];
  readonly slots: readonly SlotExplanation[];
  /** The answer to the annotation rotate-at, once all slots that it asks for are published. */
  readonly answered: RotateRequest;
  readonly lookAgainAt: Instant | undefined;
}

export interface SlotExplanation {
  readonly slot: number;
  readonly explanation: string;
}

interface Ranked {
  readonly slot: number;
  readonly opinion: Opinion;
}

/** Plans the next step of every slot of one fleet. Pure: the same view, time and random source give the same plan. */
export function planRotation(fleet: FleetView, bank: number, now: Instant, random: Random): RotationPlan {
  const request = rotateRequest(fleet);
  const slots = fleet.deleting
    ? []
    : Array.from({ length: fleet.count }, (_, slot) => ({ slot, opinion: opinionOn(fleet, slot, request) }));
  const taken = takenBy(fleet);
  const found = withinBudget(fleet, slots).map(({ slot, opinion }) => claimFor(fleet, slot, opinion, taken, bank, random));
  const retirements = fleet.addresses.map((address) => retirement(fleet, address, now));
  return {
    claims: found.filter(isClaim),
    shortages: found.filter((result): result is Shortage => !isClaim(result)),
    retirements: retirements.flatMap(({ now: step }) => step ?? []),
    slots: slots.map(({ slot, opinion }) => ({ slot, explanation: opinion.because })),
    answered: answer(fleet, request),
    lookAgainAt: earliest(...retirements.map(({ lookAgainAt }) => lookAgainAt)),
  };
}

/** Slots without an address move at once; the others only while fewer than maxConcurrent slots are on the move. */
function withinBudget(fleet: FleetView, slots: readonly Ranked[]): { slot: number; opinion: Opinion & { kind: "move" } }[] {
  const rotating = new Set(
    fleet.addresses
      .filter((address) => isInMaking(address) && publishedAddress(fleet.addresses, address.slot) !== undefined)
      .map(({ slot }) => slot),
  );
  let room = fleet.maxConcurrent - rotating.size;
  return slots.flatMap(({ slot, opinion }) => {
    if (opinion.kind === "stay") return [];
    if (publishedAddress(fleet.addresses, slot) === undefined) return [{ slot, opinion }];
    return room-- > 0 ? [{ slot, opinion }] : [];
  });
}

/** A request counts as answered when people have been told of every address that it asked for. */
function answer(fleet: FleetView, request: RotateRequest): RotateRequest {
  if (request.kind !== "slots") return request;
  return request.slots.every((slot) => isPublishedFor(request.text, slot, fleet.addresses)) ? request : { kind: "none" };
}

function isClaim(result: Claim | Shortage): result is Claim {
  return "address" in result;
}
