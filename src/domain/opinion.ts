import type { ClaimCause } from "../api/proxy-address.ts";
import { type RotateRequest, isClaimedFor } from "./rotate-request.ts";
import { type AddressView, type FleetView, isInMaking, publishedAddress } from "./views.ts";

/** What is known of one slot when it is asked whether to move. */
export interface SlotView {
  readonly fleet: FleetView;
  readonly slot: number;
  readonly request: RotateRequest;
  readonly published: AddressView | undefined;
  readonly addresses: readonly AddressView[];
}

/** A slot stays where it is, or moves to a fresh address; `because` is for people. */
export type Opinion =
  | { readonly kind: "stay"; readonly because: string }
  | { readonly kind: "move"; readonly cause: ClaimCause; readonly requestedAt: string | undefined; readonly because: string };

type Check = (view: SlotView) => Opinion | undefined;

/** The first check with an opinion decides, so the order is the policy. */
const checks: readonly Check[] = [
  alreadyMoving, // one address in the making at a time
  withoutAddress, // people have nothing: neither a pause nor a budget may hold that up
  noRoomToDrain, // two addresses drain already: wait, or people lose one early
  entryDeleted, // a person deleted the ledger entry: replace it, paused or not
  paused, // a person said stop
  askedByHand,
];

/** Whether a slot should move now, and why. */
export function opinionOn(fleet: FleetView, slot: number, request: RotateRequest): Opinion {
  const addresses = fleet.addresses.filter((address) => address.slot === slot);
  const view = { fleet, slot, request, published: publishedAddress(fleet.addresses, slot), addresses };
  for (const check of checks) {
    const opinion = check(view);
    if (opinion !== undefined) return opinion;
  }
  return { kind: "stay", because: "nothing asks for a move" };
}

function alreadyMoving({ addresses }: SlotView): Opinion | undefined {
  const next = addresses.find(isInMaking);
  return next === undefined ? undefined : { kind: "stay", because: `${next.address ?? "a fresh address"} is being prepared` };
}

function withoutAddress({ published, request, slot }: SlotView): Opinion | undefined {
  if (published !== undefined) return undefined;
  return { kind: "move", cause: "NewSlot", requestedAt: requestFor(request, slot), because: "the slot has no address" };
}

function entryDeleted({ published, request, slot }: SlotView): Opinion | undefined {
  if (published?.deleting !== true) return undefined;
  return {
    kind: "move",
    cause: "Requested",
    requestedAt: requestFor(request, slot),
    because: `the ledger entry ${published.name} was deleted`,
  };
}

function paused({ fleet }: SlotView): Opinion | undefined {
  return fleet.paused ? { kind: "stay", because: "the fleet is paused" } : undefined;
}

/** An address whose successor was published a moment ago is about to drain, and counts already. */
function noRoomToDrain({ addresses, published }: SlotView): Opinion | undefined {
  const draining = addresses.filter(({ phase, name }) => phase === "Draining" || (phase === "Serving" && name !== published?.name));
  return draining.length < 2 ? undefined : { kind: "stay", because: "two of its addresses still drain" };
}

function askedByHand({ request, slot, addresses }: SlotView): Opinion | undefined {
  const text = requestFor(request, slot);
  return text === undefined || isClaimedFor(text, slot, addresses)
    ? undefined
    : { kind: "move", cause: "Requested", requestedAt: text, because: `asked by hand (${text})` };
}

/**
 * The text of the open request that asks for this slot. Every claim carries it, whatever caused it: the slot's last address may be
 * forgotten before all slots have answered, and its successor must answer in its place.
 */
function requestFor(request: RotateRequest, slot: number): string | undefined {
  return request.kind === "slots" && request.slots.includes(slot) ? request.text : undefined;
}
