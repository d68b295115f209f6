import type { NameUse } from "../rotation/fleet-view.ts";
import { isLive } from "./lookups.ts";
import type { NamedSlot } from "./named-slot.ts";
import { type NameReading, gives } from "./reading.ts";

/**
 * Whether people may still be sent to an address by its slot's name: a drain counts from when they
 * are not. By the names of ledger entries; those of slots without a name are not in it, nor those of
 * slots whose name nobody publishes, since there is no object for it.
 */
export function nameUses(slots: readonly NamedSlot[]): ReadonlyMap<string, NameUse> {
  const made = slots.filter(({ madeAt }) => madeAt !== undefined);
  const uses = made.flatMap((slot) =>
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
  if ((isLive(slot) && !isGivenByAny(reading, address)) || isNowhere(slot, reading, address))
    return { kind: "left", since: reading.since };
  return isBehind(slot, reading, address) ? { kind: "given" } : { kind: "unknown" };
}

/**
 * Whether all resolvers answer that there is no such name, and the address is to be in it no more:
 * where nothing publishes names, none leads to the address, and none ever will.
 */
function isNowhere({ targets }: NamedSlot, { answers }: NameReading, address: string): boolean {
  const areEmpty = answers.every(
    ({ problem, addresses }) => problem === undefined && addresses.length === 0,
  );
  return areEmpty && answers.length > 0 && !targets.includes(address);
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
