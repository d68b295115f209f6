import type { NameUse } from "../rotation/fleet-view.ts";
import { isLive } from "./lookups.ts";
import type { NamedSlot } from "./named-slot.ts";
import { type NameReading, gives } from "./reading.ts";

/**
 * Whether people may still be sent to an address by its slot's name: a drain counts from when they
 * are not. By the names of ledger entries; those of slots without a name are not in it.
 */
export function nameUses(slots: readonly NamedSlot[]): ReadonlyMap<string, NameUse> {
  const uses = slots.flatMap((slot) =>
    slot.addresses.flatMap(({ name, address, phase }): readonly (readonly [string, NameUse])[] =>
      address === undefined || (phase !== "Serving" && phase !== "Draining")
        ? []
        : [[name, useOf(slot, address)]],
    ),
  );
  return new Map(uses);
}

function useOf(slot: NamedSlot, address: string): NameUse {
  const { reading } = slot;
  if (reading === undefined) return { kind: "unknown" };
  if (isLive(slot) && !isGivenByAny(reading, address))
    return { kind: "left", since: reading.since };
  return isBehind(slot, reading, address) ? { kind: "given" } : { kind: "unknown" };
}

function isGivenByAny({ answers }: NameReading, address: string): boolean {
  return answers.some((answer) => gives(answer, address));
}

/** Whether one that answers gives the address still, or lacks the one that it should give. */
function isBehind(slot: NamedSlot, reading: NameReading, address: string): boolean {
  const answering = reading.answers.filter(({ problem }) => problem === undefined);
  return (
    isGivenByAny(reading, address) ||
    !isLive({ ...slot, reading: { ...reading, answers: answering } })
  );
}
