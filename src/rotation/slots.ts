import type { FleetView } from "./fleet-view.ts";
import { type AddressView, publishedAddress } from "../ledger/view.ts";

/** One slot of a fleet with its own addresses. */
export interface SlotAddresses {
  readonly slot: number;
  readonly addresses: readonly AddressView[];
  readonly published: AddressView | undefined;
}

/** The slots that the fleet should have, each with its addresses, the dark ones included. */
export function slotsOf(fleet: Pick<FleetView, "count" | "addresses">): readonly SlotAddresses[] {
  const bySlot = Array.from({ length: fleet.count }, (): AddressView[] => []);
  for (const address of fleet.addresses) bySlot[address.slot]?.push(address);
  return bySlot.map((addresses, slot) => ({
    slot,
    addresses,
    published: publishedAddress(addresses, slot),
  }));
}
