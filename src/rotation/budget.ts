import type { FleetView } from "./fleet-view.ts";
import { dueByAge, hourlyRoom } from "./age.ts";
import { type Claim, type Shortage, isClaim } from "./claim.ts";
import type { DecidedSlot, MoveDecision, NextMove } from "./slot-decision.ts";
import { present } from "../values/present.ts";
import { type Instant, isToCome, earliest, plus, seconds, spokenTime } from "../values/time.ts";
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
  /** When it may go on though nothing else happens. */
  readonly lookAgainAt?: Instant;
}

/** The slots that should move: what those found that may do so now, and those that wait. */
export interface Budgeted {
  readonly found: readonly (Claim | Shortage)[];
  readonly waiting: readonly Waiting[];
}

/** Finds an address for a slot that may move. */
export type Find = (moving: Moving) => Claim | Shortage;

/** Blocked first, then by hand, then by age, and the oldest first among these. */
const priority = { Blocked: 0, NewSlot: 1, Requested: 2, Age: 3 } as const;

/**
 * A claim is published within seconds, mostly. One that takes longer waits for somebody, such as a
 * load balancer that does not answer.
 */
const usualMaking = seconds(30);

/**
 * Which of the slots that should move may do so now, and what they find. Slots without an address
 * always may; the others only while fewer than `maxConcurrent` slots are on the move, and by age
 * only as many as `maxPerHourPercent` allows. Where people are cut off, a move waits for those that
 * get on, and not for those that wait themselves. A slot that finds no address uses up no room.
 */
export function withinBudget(
  fleet: FleetView,
  slots: readonly DecidedSlot[],
  { now, find }: { readonly now: Instant; readonly find: Find },
): Budgeted {
  const wanting = slots.flatMap(({ slot, published, decision }) =>
    decision.kind === "move" ? [{ slot, published, decision }] : [],
  );
  if (wanting.length === 0) return { found: [], waiting: [] };
  const making = slots.flatMap(({ addresses, published }) =>
    published === undefined ? [] : addresses.filter(isInMaking),
  );
  // One that began later than now, by a clock that went back, would hold up the rest until then.
  const getOnUntil = making
    .filter(({ createdAt }) => !isToCome(createdAt, now))
    .map(({ createdAt }) => plus(createdAt, usualMaking))
    .filter((until) => until > now);
  const taken = new Set(making.map(({ slot }) => slot)).size;
  let room = fleet.maxConcurrent - taken;
  let urgentRoom = fleet.maxConcurrent - getOnUntil.length;
  const hourly = hourlyRoom(fleet, now);
  let byAge = hourly.left;
  const found: (Claim | Shortage)[] = [];
  const waiting: Waiting[] = [];
  for (const want of wanting.toSorted(byPriority)) {
    const { published, decision } = want;
    const isLimited = published !== undefined;
    const left = isCutOff(decision) ? urgentRoom : room;
    if (decision.cause === "Age" && byAge <= 0)
      waiting.push(waitsForHour(fleet, want, hourly.nextAt ?? now));
    else if (isLimited && left <= 0)
      waiting.push(waitsForOthers(fleet, want, { now, getOnUntil: earliest(...getOnUntil) }));
    else {
      const result = find(want);
      found.push(result);
      if (!isClaim(result)) continue;
      if (isLimited) room--;
      if (isLimited) urgentRoom--;
      if (decision.cause === "Age") byAge--;
    }
  }
  return { found, waiting };
}

/** People can't use what the slot has: it was blocked, or its load balancer no longer has it. */
function isCutOff({ cause }: MoveDecision): boolean {
  return cause === "Blocked" || cause === "NewSlot";
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
  { now, getOnUntil }: { readonly now: Instant; readonly getOnUntil: Instant | undefined },
): Waiting {
  const because = `${decision.because}; it waits for other slots, since spec.rotation.maxConcurrent is ${fleet.maxConcurrent}`;
  const at = published === undefined ? now : dueAt(fleet, decision, published);
  const next = { at, reason: "now, when fewer others move (maxConcurrent)" };
  return { slot, because, next, ...present({ lookAgainAt: getOnUntil }) };
}

function dueAt(fleet: FleetView, { cause }: MoveDecision, published: AddressView): Instant {
  return cause === "Age" ? dueByAge(fleet.rotation, published) : published.phaseSince;
}
