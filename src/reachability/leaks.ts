import { type AddressView, wasPublished } from "../ledger/view.ts";
import { type Instant, type Millis, earliest, hours, since } from "../values/time.ts";

/** A finding: somebody passes on each fresh address of a slot. */
export interface Leak {
  readonly slot: number;
  /** How many in a row died young. */
  readonly died: number;
  readonly because: string;
}

/** An address that is blocked within this time died young, as in the rest before the next one. */
const youth: Millis = hours(6);

/** Two may be bad luck. */
const fewestDeaths = 3;

/**
 * The slots of a fleet whose fresh addresses are blocked soon, again and again, from its ledger
 * entries. Where those of most slots are, with several in the fleet, no group betrays them: the
 * censor finds them by himself, and that is no leak.
 */
export function leaksOf(
  addresses: readonly AddressView[],
  slots: number,
  now: Instant,
): readonly Leak[] {
  const died = Array.from({ length: slots }, (_, slot) => ({
    slot,
    died: diedOf(
      addresses.filter((one) => one.slot === slot && wasPublished(one)),
      now,
    ),
  }));
  const leaking = died.filter((one) => one.died >= fewestDeaths);
  if (slots > 1 && leaking.length * 2 > slots) return [];
  return leaking.map((one) => ({ ...one, because: sentenceOf(one, slots) }));
}

function sentenceOf({ slot, died }: Omit<Leak, "because">, slots: number): string {
  const others = slots > 1 ? ", while those of other slots live" : "";
  return `slot ${slot} leaks: its last ${died} addresses were each blocked within ${youth / hours(1)} hours${others}. Somebody in its group passes them on: split the group over two slots, and see which of them leaks`;
}

/** How many of a slot's addresses died young in a row, but for one that serves and is young. */
function diedOf(own: readonly AddressView[], now: Instant): number {
  const newestFirst = own.toSorted((a, b) => b.ordinal - a.ordinal || b.createdAt - a.createdAt);
  const decided = newestFirst.filter(
    (one, index) => index > 0 || blockedAt(one) !== undefined || since(one.createdAt, now) >= youth,
  );
  const alive = decided.findIndex((one) => !diedYoung(one));
  return alive === -1 ? decided.length : alive;
}

/** A restored entry is as young as its restoration: when it was claimed, nobody knows. */
function diedYoung(address: AddressView): boolean {
  const at = blockedAt(address);
  if (at === undefined) return false;
  const age = since(address.createdAt, at);
  return age >= 0 && age < youth;
}

function blockedAt({ reachability }: AddressView): Instant | undefined {
  const blocks = reachability.filter(({ verdict }) => verdict === "Blocked");
  return earliest(...blocks.map((one) => one.since));
}
