import type { FleetView } from "./fleet-view.ts";
import type { AddressView } from "../ledger/view.ts";

/**
 * What the annotation proxyfleet.dev/rotate-at asks for: fresh addresses for all slots, or for one.
 */
export type RotateRequest =
  | { readonly kind: "none" }
  | { readonly kind: "slots"; readonly text: string; readonly slots: readonly number[] }
  | { readonly kind: "refused"; readonly text: string; readonly why: string };

/**
 * Reads the request that is still open: `<any new text>`, or `<slot>@<text>`. One that was answered
 * is no request any more.
 */
export function rotateRequest(fleet: FleetView): RotateRequest {
  const text = fleet.rotateAt;
  if (text === undefined || text === "" || text === fleet.lastHandledRotateAt)
    return { kind: "none" };
  const [, slot] = /^(\d+)@/.exec(text) ?? [];
  if (slot === undefined)
    return { kind: "slots", text, slots: Array.from({ length: fleet.count }, (_, index) => index) };
  if (Number(slot) < fleet.count) return { kind: "slots", text, slots: [Number(slot)] };
  return {
    kind: "refused",
    text,
    why: `proxyfleet.dev/rotate-at "${text}" names slot ${slot}, but the fleet has slots 0 to ${fleet.count - 1}: name one of these`,
  };
}

/**
 * Whether this slot has its address for the request already. The claim carries the request's text,
 * so that an operator that is killed and started again neither forgets a request nor serves it
 * twice.
 */
export function isClaimedFor(
  text: string,
  slot: number,
  addresses: readonly AddressView[],
): boolean {
  return addresses.some((address) => answers(address, text, slot));
}

/** Whether the request's address of this slot was published. */
export function isPublishedFor(
  text: string,
  slot: number,
  addresses: readonly AddressView[],
): boolean {
  return addresses.some(
    (address) =>
      answers(address, text, slot) &&
      address.phase !== "Provisioning" &&
      address.phase !== "Verifying",
  );
}

/**
 * An address that goes dark without a drain was never published: it answers nothing. Neither does
 * one that was used before.
 */
function answers(address: AddressView, text: string, slot: number): boolean {
  const wasDropped =
    address.unusable ||
    address.refused !== undefined ||
    address.repeat ||
    (address.want === "Quarantine" && address.drainUntil === undefined);
  return address.slot === slot && address.requestedAt === text && !wasDropped;
}
