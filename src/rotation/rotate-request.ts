import { rotateAtAnnotation } from "../api/names.ts";
import { requestedSlots } from "../api/requests.ts";
import { keptRequest } from "../cluster/kept-request.ts";
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
  const given = fleet.rotateAt ?? "";
  const text = keptRequest(given);
  if (text === "" || text === fleet.lastHandledRotateAt) return { kind: "none" };
  const asked = requestedSlots(given, fleet.count);
  if (asked.kind === "slots") return { ...asked, text };
  return { kind: "refused", text, why: `annotation ${rotateAtAnnotation} ${asked.why}` };
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
