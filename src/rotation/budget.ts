import type { FleetView } from "./fleet-view.ts";
import { dueByAge, hourlyRoom } from "./age.ts";
import type { NextMove, SlotDecision } from "./slot-decision.ts";
import type { SlotAddresses } from "./slots.ts";
import { type Instant, spokenTime } from "../values/time.ts";
import { type AddressView, isInMaking } from "../ledger/view.ts";

export interface Moving {
  readonly slot: number;
  readonly published: AddressView | undefined;
  readonly opinion: SlotDecision & { kind: "move" };
}

/** A slot that should move, and waits until fewer others do. */
export interface Waiting {
  readonly slot: number;
  readonly because: string;
  readonly next: NextMove;
}

export interface Budgeted {
  readonly moving: readonly Moving[];
  readonly waiting: readonly Waiting[];
}

/** Blocked first, then by hand, then by age, and the oldest first among these. */
const urgency = { Blocked: 0, NewSlot: 1, Requested: 2, Age: 3 } as const;

/**
 * Which of the slots that should move may do so now. Slots without an address always may; the
 * others only while fewer than `maxConcurrent` slots are on the move, and by age only as many as
 * `maxPerHourPercent` lets.
 */
export function withinBudget(
  fleet: FleetView,
  slots: readonly (SlotAddresses & { readonly opinion: SlotDecision })[],
  now: Instant,
): Budgeted {
  const wanting = slots.flatMap(({ slot, published, opinion }) =>
    opinion.kind === "move" ? [{ slot, published, opinion }] : [],
  );
  if (wanting.length === 0) return { moving: [], waiting: [] };
  const rotating = slots.filter(
    ({ addresses, published }) => published !== undefined && addresses.some(isInMaking),
  ).length;
  let room = fleet.maxConcurrent - rotating;
  const hourly = hourlyRoom(fleet, now);
  let byAge = hourly.left;
  const moving: Moving[] = [];
  const waiting: Waiting[] = [];
  for (const want of wanting.toSorted(byUrgency)) {
    const { published, opinion } = want;
    const isLimited = published !== undefined;
    if (opinion.cause === "Age" && byAge <= 0)
      waiting.push(waitsForHour(fleet, want, hourly.nextAt ?? now));
    else if (isLimited && room <= 0) waiting.push(waitsForOthers(fleet, want, now));
    else {
      moving.push(want);
      if (isLimited) room--;
      if (opinion.cause === "Age") byAge--;
    }
  }
  return { moving, waiting };
}

function byUrgency(a: Moving, b: Moving): number {
  const age = (want: Moving): number => want.published?.phaseSince ?? 0;
  return urgency[a.opinion.cause] - urgency[b.opinion.cause] || age(a) - age(b) || a.slot - b.slot;
}

function waitsForHour(fleet: FleetView, { slot, opinion }: Moving, at: Instant): Waiting {
  const because = `${opinion.because}; it waits until ${spokenTime(at)}, since spec.rotation.maxPerHourPercent is ${fleet.rotation.maxPerHourPercent}`;
  return { slot, because, next: { at, reason: "by age, when maxPerHourPercent lets it" } };
}

/**
 * Its time is when it was due: a time that comes nearer with each look would change the status for
 * nothing.
 */
function waitsForOthers(
  fleet: FleetView,
  { slot, opinion, published }: Moving,
  now: Instant,
): Waiting {
  const because = `${opinion.because}; it waits for other slots, since spec.rotation.maxConcurrent is ${fleet.maxConcurrent}`;
  const at =
    published === undefined
      ? now
      : opinion.cause === "Age"
        ? dueByAge(fleet.rotation, published)
        : published.phaseSince;
  return { slot, because, next: { at, reason: "now, when fewer others move (maxConcurrent)" } };
}
