import type { AddressView } from "../ledger/view.ts";
import type { Instant } from "../values/time.ts";
import type { NameReading } from "./reading.ts";
import type { SlotName } from "./slot-name.ts";

/** A slot with its name: what that should lead to, and what resolvers say. */
export interface NamedSlot {
  readonly name: SlotName;
  readonly addresses: readonly AddressView[];
  readonly published: AddressView | undefined;
  /** Sorted; none: the slot never had an address, or none that is still known. */
  readonly targets: readonly string[];
  /** When its DNSEndpoint was made; undefined where there is none, so that nobody publishes it. */
  readonly madeAt: Instant | undefined;
  /** Undefined before resolvers were asked for this very name. */
  readonly reading: NameReading | undefined;
}

/** The address that all resolvers should give; undefined where the slot has none to give. */
export function expectedTarget({ published, targets }: NamedSlot): string | undefined {
  const address = published?.address;
  return address !== undefined && targets.includes(address) ? address : targets[0];
}
