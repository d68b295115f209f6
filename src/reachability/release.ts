import {
  type Instant,
  earliest,
  hours,
  instant,
  millis,
  minutes,
  plus,
  spokenTime,
} from "../values/time.ts";
import type { Outage } from "./outage.ts";

/** How far a country is with its outages. */
export type HoldState =
  | { readonly phase: "Holding"; readonly since: Instant; readonly outage: Outage }
  /** None is suspected; what began to fail before this time was held, and goes little by little. */
  | { readonly phase: "Released"; readonly endedAt: Instant };

/** Fewer that wait are no storm. */
const fewestHeld = 3;

/**
 * The state of a country that nothing is known of yet. Who has just taken the lead can't know of a
 * hold before, and treats many that wait as held: so a restart lets no storm loose. A few go.
 */
export function firstHold(waiting: number, now: Instant): HoldState {
  return { phase: "Released", endedAt: waiting < fewestHeld ? instant(0) : now };
}

/** The state that follows from what is suspected now. */
export function nextHold(before: HoldState, outage: Outage | undefined, now: Instant): HoldState {
  if (outage !== undefined) {
    const since = before.phase === "Holding" ? before.since : now;
    return { phase: "Holding", since, outage };
  }
  return before.phase === "Released" ? before : { phase: "Released", endedAt: now };
}

/** A slot whose address is blocked, and has not moved. */
export interface HeldSlot {
  /** Namespace, fleet and slot. */
  readonly id: string;
  /** Namespace and fleet. */
  readonly fleet: string;
  /** Since when its address fails. */
  readonly since: Instant;
  /** When it was first its turn; undefined where it was not. */
  readonly offeredAt: Instant | undefined;
}

/** A slot that was held and took a fresh address after the hold. */
export interface Released {
  readonly at: Instant;
  /** What is known of its fresh address since. */
  readonly fresh: "Reached" | "Failing" | "Untested";
}

/** What is released after a hold, and what has become of it. */
export interface Release {
  /** All that wait for a move because of a block, held or not. */
  readonly waiting: readonly HeldSlot[];
  readonly released: readonly Released[];
  readonly state: HoldState;
  readonly now: Instant;
}

/** Which slots may move now, and why the others wait. */
export interface MayGo {
  readonly ids: readonly string[];
  readonly because: string | undefined;
  readonly lookAgainAt: Instant | undefined;
}

/** A fresh address that nobody has tested after this time holds the next no longer. */
const patience = minutes(5);

/** The first rest after fresh addresses that fail as well; doubled with each further one. */
const firstRest = minutes(10);
const longestRest = hours(6);

/** So many at once, at most: the pools and the API server are others' as well. */
const mostAtOnce = 16;

/**
 * Which blocked slots may move now. One goes ahead; where people reach its fresh address, twice as
 * many follow, and so on. Where fresh addresses fail too, moving does not help: the next waits
 * longer and longer. What began to fail only after the hold was never held, and goes at once.
 */
export function mayGo({ waiting, released, state, now }: Release): MayGo {
  if (state.phase === "Holding")
    return { ids: [], because: state.outage.because, lookAgainAt: state.outage.until };
  const held = waiting.filter(({ since }) => since <= state.endedAt);
  const free = waiting.filter(({ since }) => since > state.endedAt).map(({ id }) => id);
  const { room, lookAgainAt, why } = roomFor(released, now);
  const going = inTurn(held, now).slice(0, Math.max(0, room));
  const isWaiting = held.length > going.length;
  return {
    ids: [...free, ...going.map(({ id }) => id)],
    because: isWaiting ? why : undefined,
    lookAgainAt: isWaiting ? lookAgainAt : undefined,
  };
}

const tried = "fresh addresses fail too: one slot at a time tries another, and the others wait";

interface Room {
  readonly room: number;
  readonly lookAgainAt: Instant | undefined;
  readonly why: string;
}

function roomFor(released: readonly Released[], now: Instant): Room {
  const pending = pendingOf(released, now);
  const oldest = earliest(...pending.map(({ at }) => at)) ?? now;
  const lookAgainAt = plus(oldest, patience);
  const { fresh, times } = lastRun(released, now);
  const last = times.at(-1);
  if (fresh === "Failing" && last !== undefined) {
    const rest = millis(Math.min(longestRest, firstRest * 2 ** (times.length - 1)));
    const at = plus(last, rest);
    const why = `fresh addresses fail too: the next one is tried after ${spokenTime(at)}`;
    if (now < at) return { room: 0, lookAgainAt: at, why };
    return { room: 1 - pending.length, lookAgainAt, why: tried };
  }
  const most = Math.min(mostAtOnce, 2 ** times.length);
  const why = "after an outage slots move one after another, faster as people reach the fresh ones";
  return { room: most - pending.length, lookAgainAt, why };
}

interface Run {
  readonly fresh: "Reached" | "Failing";
  readonly times: readonly Instant[];
}

/** The newest fresh addresses of which something is known, as far back as it is the same. */
function lastRun(released: readonly Released[], now: Instant): Run {
  const known = knownOf(released, now).toSorted((a, b) => a.at - b.at);
  const fresh = known.at(-1)?.fresh === "Failing" ? "Failing" : "Reached";
  const before = known.findLastIndex((one) => (one.fresh === "Failing") !== (fresh === "Failing"));
  return { fresh, times: known.slice(before + 1).map(({ at }) => at) };
}

/** Where nobody tests any, people would have said that they fail. */
function knownOf(released: readonly Released[], now: Instant): readonly Released[] {
  const tested = released.filter(({ fresh }) => fresh !== "Untested");
  if (tested.length > 0) return tested;
  const pending = pendingOf(released, now);
  return released.filter((one) => !pending.includes(one));
}

function pendingOf(released: readonly Released[], now: Instant): readonly Released[] {
  return released.filter(({ fresh, at }) => fresh === "Untested" && now < plus(at, patience));
}

/**
 * Those cut off longest go first, and of each fleet one before any has a second. Who lets the turn
 * pass, as a slot does whose pool is empty, holds up nobody.
 */
function inTurn(held: readonly HeldSlot[], now: Instant): readonly HeldSlot[] {
  const [late, others] = [true, false].map((is) => held.filter((one) => letsPass(one, now) === is));
  return [...inTurnOf(others ?? []), ...inTurnOf(late ?? [])];
}

function letsPass({ offeredAt }: HeldSlot, now: Instant): boolean {
  return offeredAt !== undefined && now >= plus(offeredAt, patience);
}

function inTurnOf(held: readonly HeldSlot[]): readonly HeldSlot[] {
  const byFleet = Map.groupBy(held.toSorted(bySince), ({ fleet }) => fleet);
  const turns = [...byFleet.values()].flatMap((own) => own.map((slot, turn) => ({ slot, turn })));
  return turns
    .toSorted((a, b) => a.turn - b.turn || bySince(a.slot, b.slot))
    .map(({ slot }) => slot);
}

function bySince(a: HeldSlot, b: HeldSlot): number {
  if (a.since !== b.since) return a.since - b.since;
  return a.id < b.id ? -1 : 1;
}
