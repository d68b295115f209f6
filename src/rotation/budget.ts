import type { FleetView } from "./fleet-view.ts";
import { dueByAge, hourlyRoom } from "./age.ts";
import type { DecidedSlot, MoveDecision, NextMove } from "./slot-decision.ts";
import { type Instant, spokenTime } from "../values/time.ts";
import { type AddressView, isInMaking } from "../ledger/view.ts";

/** A slot that should move. */
export interface Moving {
  readonly slot: number;
  readonly published: AddressView | undefined;
  readonly decision: MoveDecision;
}

/** A slot that should move, and waits until fewer others do. */
export interface Waiting {
  readonly slot: number;
  readonly because: string;
  readonly next: NextMove;
}

/** The slots that should move: those that may do so now, and those that wait. */
export interface Budgeted {
  readonly moving: readonly Moving[];
  readonly waiting: readonly Waiting[];
}

/** Blocked first, then by hand, then by age, and the oldest first among these. */
const priority = { Blocked: 0, NewSlot: 1, Requested: 2, Age: 3 } as const;

/**
 * Which of the slots that should move may do so now. Slots without an address always may; the
 * others only while fewer than `maxConcurrent` slots are on the move, and by age only as many as
 * `maxPerHourPercent` allows.
 */
export function withinBudget(
  fleet: FleetView,
  slots: readonly DecidedSlot[],
  now: Instant,
): Budgeted {
  const wanting = slots.flatMap(({ slot, published, decision }) =>
    decision.kind === "move" ? [{ slot, published, decision }] : [],
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
  for (const want of wanting.toSorted(byPriority)) {
    const { published, decision } = want;
    const isLimited = published !== undefined;
    if (decision.cause === "Age" && byAge <= 0)
      waiting.push(waitsForHour(fleet, want, hourly.nextAt ?? now));
    else if (isLimited && room <= 0) waiting.push(waitsForOthers(fleet, want, now));
    else {
      moving.push(want);
      if (isLimited) room--;
      if (decision.cause === "Age") byAge--;
    }
  }
  return { moving, waiting };
}

function byPriority(a: Moving, b: Moving): number {
  const age = (want: Moving): number => want.published?.phaseSince ?? 0;
  return (
    priority[a.decision.cause] - priority[b.decision.cause] || age(a) - age(b) || a.slot - b.slot
  );
}

function waitsForHour(fleet: FleetView, { slot, decision }: Moving, at: Instant): Waiting {
  const because = `${decision.because}; it waits until ${spokenTime(at)}, since spec.rotation.maxPerHourPercent is ${fleet.rotation.maxPerHourPercent}`;
  return { slot, because, next: { at, reason: "by age, when maxPerHourPercent lets it" } };
}

/**
 * Its time is when it was due: a time that moves with each look would change the status for
 * nothing.
 */
function waitsForOthers(
  fleet: FleetView,
  { slot, decision, published }: Moving,
  now: Instant,
): Waiting {
  const because = `${decision.because}; it waits for other slots, since spec.rotation.maxConcurrent is ${fleet.maxConcurrent}`;
  const at = published === undefined ? now : dueAt(fleet, decision, published);
  return { slot, because, next: { at, reason: "now, when fewer others move (maxConcurrent)" } };
}

function dueAt(fleet: FleetView, { cause }: MoveDecision, published: AddressView): Instant {
  return cause === "Age" ? dueByAge(fleet.rotation, published) : published.phaseSince;
}
