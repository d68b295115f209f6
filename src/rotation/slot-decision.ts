import type { FleetView } from "./fleet-view.ts";
import type { ClaimCause } from "../api/proxy-address.ts";
import { blockMayMoveAt, dueByAge } from "./age.ts";
import { movesFor } from "./blocked-in.ts";
import { mayClaimAnotherAt, refusedClaim } from "./refused.ts";
import { type RotateRequest, isClaimedFor } from "./rotate-request.ts";
import { type SlotAddresses, slotsOf } from "./slots.ts";
import {
  type Instant,
  formatDuration,
  instant,
  minutes,
  plus,
  spokenTime,
} from "../values/time.ts";
import { type AddressView, isInMaking } from "../ledger/view.ts";
import { openFrom } from "./windows.ts";
import { type MoveHold, slotId } from "../reachability/move-hold.ts";
import { present } from "../values/present.ts";

/** What is known of one slot when it is decided whether it moves. */
export interface SlotView extends SlotAddresses {
  readonly fleet: FleetView;
  readonly request: RotateRequest;
  readonly now: Instant;
}

/** A move that will come by itself, and why in a few words (64 characters at most). */
export interface NextMove {
  readonly at: Instant;
  readonly reason: string;
}

/** A slot moves to a fresh address; `because` is for people. */
export interface MoveDecision {
  readonly kind: "move";
  readonly cause: ClaimCause;
  readonly requestedAt: string | undefined;
  readonly because: string;
}

/** A slot stays where it is, or moves; `because` is for people. */
export type SlotDecision =
  { readonly kind: "stay"; readonly because: string; readonly next?: NextMove } | MoveDecision;

type Check = (view: SlotView) => SlotDecision | undefined;

/** The first check that gives a decision wins, so the order is the policy. */
const checks: readonly Check[] = [
  alreadyMoving, // one address is prepared at a time
  refusedForNow, // the next one may be refused as well: not the whole pool in a minute
  withoutAddress, // people have nothing: neither a pause nor a budget may delay that
  entryDeleted, // a person deleted the ledger entry: it is replaced, paused or not
  addressChanged, // people are cut off, and no pause helps them: this is a repair
  addressTakenBack, // the same
  paused, // a person said stop
  blockedForAudience, // people are cut off: neither window nor minimum age may delay them
  blockedAndHeld, // everything failing at once is not a block, and moving would burn the pool
  outageSuspected, // who can't connect would miss a move
  noRoomToDrain, // two addresses drain already: wait, or people lose one early
  askedByHand,
  neverByAge,
  byAge,
];

/** A slot, and whether it should move. */
export interface DecidedSlot extends SlotAddresses {
  readonly decision: SlotDecision;
}

/** Whether each slot of a fleet should move now, and why; of one that is being deleted, nothing. */
export function decideSlots(
  fleet: FleetView,
  request: RotateRequest,
  now: Instant,
): readonly DecidedSlot[] {
  if (fleet.deleting) return [];
  return slotsOf(fleet).map((slot) => ({
    ...slot,
    decision: decideSlot({ ...slot, fleet, request, now }),
  }));
}

function decideSlot(view: SlotView): SlotDecision {
  for (const check of checks) {
    const decision = check(view);
    if (decision !== undefined) return decision;
  }
  return stay("nothing asks for a move");
}

function alreadyMoving({ addresses }: SlotView): SlotDecision | undefined {
  const next = addresses.find(isInMaking);
  return next === undefined
    ? undefined
    : stay(`${next.address ?? "a fresh address"} is being prepared`);
}

function refusedForNow(view: SlotView): SlotDecision | undefined {
  const claim = refusedClaim(view);
  const at = claim === undefined ? undefined : mayClaimAnotherAt(view.fleet, view, claim);
  if (claim === undefined || at === undefined || view.now >= at) return undefined;
  const because = `${claim.refused?.message ?? nameOf(claim)}. The slot takes another address after ${spokenTime(at)}`;
  return stay(because, { at, reason: "its load balancer refused the last addresses" });
}

function withoutAddress({ published, request, slot }: SlotView): SlotDecision | undefined {
  if (published !== undefined) return undefined;
  const because = "the slot has no address";
  return { kind: "move", cause: "NewSlot", requestedAt: requestFor(request, slot), because };
}

function entryDeleted(view: SlotView): SlotDecision | undefined {
  const { published, request, slot } = view;
  if (published?.deleting !== true) return undefined;
  const because = `the ledger entry ${published.name} was deleted`;
  const requestedAt = requestFor(request, slot);
  return noRoomToDrain(view) ?? { kind: "move", cause: "Requested", requestedAt, because };
}

/** A load balancer that has none now and lets others have theirs gave this one up for good. */
function addressTakenBack({ published, request, slot }: SlotView): SlotDecision | undefined {
  if (published?.lost?.balancerHas !== "none" || published.lost.alone !== true) return undefined;
  const because = `the load balancer has taken back ${nameOf(published)}, while others of its pool are set`;
  return { kind: "move", cause: "NewSlot", requestedAt: requestFor(request, slot), because };
}

/** A load balancer may change its address by mistake: it gets this time to take it back. */
const addressChangeGrace = minutes(2);

function addressChanged({ published, request, slot, now }: SlotView): SlotDecision | undefined {
  if (published?.lost?.balancerHas !== "another") return undefined;
  const because = `the load balancer of ${nameOf(published)} has another address now`;
  const at = plus(published.lost.since, addressChangeGrace);
  if (now < at)
    return stay(`${because}: it moves after ${spokenTime(at)}`, {
      at,
      reason: "its load balancer has another address",
    });
  return { kind: "move", cause: "NewSlot", requestedAt: requestFor(request, slot), because };
}

function paused({ fleet }: SlotView): SlotDecision | undefined {
  return fleet.paused ? stay("the fleet is paused") : undefined;
}

/** Countries in which the slot's address is blocked, where the fleet moves for that. */
function blockedCountries({ fleet, published }: SlotView): readonly string[] {
  return published === undefined ? [] : movesFor(fleet, published);
}

/** What holds the slot in a country, where anything does. */
function holdIn({ fleet, slot }: SlotView, country: string): MoveHold | undefined {
  const hold = fleet.holds.find((one) => one.country === country);
  return hold?.mayGo.has(slotId(fleet, slot)) === true ? undefined : hold;
}

function blockedForAudience(view: SlotView): SlotDecision | undefined {
  const { published, request, slot, now } = view;
  const countries = blockedCountries(view).filter((one) => holdIn(view, one) === undefined);
  if (countries.length === 0) return undefined;
  const because = `${nameOf(published)} is blocked in ${countries.join(", ")}`;
  const at = blockMayMoveAt(view);
  if (now >= at)
    return { kind: "move", cause: "Blocked", requestedAt: requestFor(request, slot), because };
  return stay(
    `${because}, but fresh addresses of this slot were blocked soon: it moves after ${spokenTime(at)}`,
    {
      at,
      reason: "blocked; waits since fresh addresses were blocked soon",
    },
  );
}

/** A person may move it by hand all the same, but for an outage: see `outageSuspected`. */
function blockedAndHeld(view: SlotView): SlotDecision | undefined {
  const { request, slot, addresses } = view;
  const text = requestFor(request, slot);
  if (text !== undefined && !isClaimedFor(text, slot, addresses)) return undefined;
  const [hold] = blockedCountries(view).flatMap((country) => holdIn(view, country) ?? []);
  return hold && stay(hold.because, nextAfter(hold));
}

/** A hold that is over in a moment is no reason to call anybody. */
function nextAfter({ why, until }: MoveHold): NextMove | undefined {
  if (why.kind !== "Spreading" || until === undefined) return undefined;
  return { at: until, reason: "blocked, unless it turns out to be an outage" };
}

function outageSuspected({ fleet }: SlotView): SlotDecision | undefined {
  const outage = fleet.holds.find(({ why }) => why.kind === "Outage");
  return outage && stay(outage.because);
}

/** An address whose successor was published a moment ago is about to drain, and counts already. */
function noRoomToDrain({ addresses, published }: SlotView): SlotDecision | undefined {
  const draining = addresses.filter(
    ({ phase, name }) => phase === "Draining" || (phase === "Serving" && name !== published?.name),
  );
  return draining.length < 2 ? undefined : stay("two of its addresses still drain");
}

function askedByHand({ request, slot, addresses }: SlotView): SlotDecision | undefined {
  const text = requestFor(request, slot);
  return text === undefined || isClaimedFor(text, slot, addresses)
    ? undefined
    : { kind: "move", cause: "Requested", requestedAt: text, because: `asked by hand (${text})` };
}

function neverByAge({ fleet }: SlotView): SlotDecision | undefined {
  return fleet.rotation.maxAge === 0 ? stay("nothing asks for a move") : undefined;
}

function byAge({ fleet, published, request, slot, now }: SlotView): SlotDecision | undefined {
  if (published === undefined) return undefined;
  const { windows, maxAge } = fleet.rotation;
  const due = dueByAge(fleet.rotation, published);
  const at = openFrom(windows, instant(Math.max(due, now)));
  const served = `${nameOf(published)} has served since ${spokenTime(published.phaseSince)}`;
  if (at === undefined) return stay(`${served}, and no window for its next move ever opens`);
  if (at > now)
    return stay(`${served}; it moves by age after ${spokenTime(at)}`, {
      at,
      reason: reasonOf(due, at, maxAge),
    });
  if (fleet.clocksDiffer === true) return stay(`${served}; ${waitsForClocks}`);
  return {
    kind: "move",
    cause: "Age",
    requestedAt: requestFor(request, slot),
    because: `${served}, and should move every ${formatDuration(maxAge)} (spec.rotation.maxAge)`,
  };
}

const waitsForClocks =
  "its move by age is due, and waits, since the time may be wrong: see the condition ClocksAgree";

function reasonOf(due: Instant, at: Instant, maxAge: FleetView["rotation"]["maxAge"]): string {
  const age = `by age (maxAge ${formatDuration(maxAge)})`;
  return at > due ? `${age}, when a window opens` : age;
}

/**
 * The text of the open request that asks for this slot. Every claim carries it, whatever caused it:
 * the slot's last address may be forgotten before all slots have answered, and its successor must
 * answer in its place.
 */
function requestFor(request: RotateRequest, slot: number): string | undefined {
  return request.kind === "slots" && request.slots.includes(slot) ? request.text : undefined;
}

function nameOf(address: AddressView | undefined): string {
  return address?.address ?? "its address";
}

function stay(because: string, next?: NextMove): SlotDecision {
  return { kind: "stay", ...present({ because, next }) };
}
