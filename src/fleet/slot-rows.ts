import { longestSlotMessage } from "../api/fleet.ts";
import { isBurnt } from "../ledger/view.ts";
import type { RotationPlan } from "../rotation/plan.ts";
import type { SlotAddresses } from "../rotation/slots.ts";
import { present } from "../values/present.ts";
import { shortened } from "../values/shortened.ts";
import { formatInstant } from "../values/time.ts";
import { blockedAnywhere } from "./blocked-anywhere.ts";
import type { CutOff } from "./cut-off.ts";

/** One slot, as a person asks for it first. */
export interface StatusSlot {
  readonly slot: number;
  readonly address?: string;
  /** The pattern of its name: the name itself is the group's secret. */
  readonly hostname?: string;
  readonly blockedIn?: readonly string[];
  /** Blocked addresses of the slot that the ledger still remembers, its present one included. */
  readonly burnt: number;
  readonly next?: { readonly at: string; readonly reason: string };
  readonly message: string;
}

interface RowsView {
  readonly plan: RotationPlan;
  /** `spec.dns.hostname`. */
  readonly hostname: string | undefined;
}

/** One row a slot: what it has, what comes next, and in words why. */
export function slotRows(
  { plan, hostname }: RowsView,
  slots: readonly SlotAddresses[],
  cut: readonly CutOff[],
): readonly StatusSlot[] {
  return slots.map(({ slot, addresses, published }) => {
    const decided = plan.slots.find((one) => one.slot === slot);
    const words = cut.find((one) => one.slot === slot)?.message ?? decided?.explanation ?? "";
    const next =
      decided?.next === undefined
        ? undefined
        : { at: formatInstant(decided.next.at), reason: decided.next.reason };
    return {
      slot,
      burnt: addresses.filter(isBurnt).length,
      ...present({
        address: published?.address,
        hostname,
        blockedIn: blockedAnywhere(published),
        next,
      }),
      message: shortened(words, longestSlotMessage),
    };
  });
}
