import { type AddressView, isBurnt } from "../ledger/view.ts";
import {
  type Instant,
  type Millis,
  hours,
  millis,
  minutes,
  plus,
  seconds,
} from "../values/time.ts";
import type { NameUse } from "./fleet-view.ts";

/** A drain whose slot has a DNS name, at a time. */
export interface NamedDrain {
  readonly address: AddressView;
  readonly use: NameUse | undefined;
  /** How long it drains once the name no longer leads there. */
  readonly drainTime: Millis;
  /** How long resolvers may keep an answer. */
  readonly dnsTtl: Millis;
  readonly now: Instant;
}

/**
 * What the slot's name makes of a drain: nothing; it must not end before it is looked at again; or
 * its end is to be dated again, since its time has not begun yet.
 */
export type NameHold =
  | { readonly kind: "none" }
  | { readonly kind: "wait"; readonly until: Instant }
  | { readonly kind: "redate" };

/** A name that never leads to the new address holds the old one for no longer than this. */
const longestNameWait = hours(24);

/** Where nobody could be asked yet, it is looked at again after this time. */
const lookAgain = seconds(10);

/**
 * A drain counts from when people are no longer sent to the address by its slot's name. Its end is
 * the only memory of that: it is dated again while they are, so that a restart changes nothing. A
 * blocked address is not waited for, since people don't reach it.
 */
export function nameHold({ address, use, drainTime, dnsTtl, now }: NamedDrain): NameHold {
  const end = latestNamedEnd(address, drainTime);
  if (use === undefined || address.phase !== "Draining" || isBurnt(address) || now >= end)
    return { kind: "none" };
  switch (use.kind) {
    case "unknown":
      return { kind: "wait", until: plus(now, lookAgain) };
    case "left": {
      const until = plus(use.since, dnsTtl);
      return now < until ? { kind: "wait", until } : { kind: "none" };
    }
    case "given": {
      const until = address.drainUntil ?? now;
      if (until >= end) return { kind: "wait", until: end };
      const dueAt = plus(until, millis(0 - drainTime));
      return now > dueAt ? { kind: "redate" } : { kind: "wait", until: plus(dueAt, millis(1)) };
    }
  }
}

/** No drain that has begun is dated later than this, wherever its name leads. */
export function latestNamedEnd(
  { phaseSince }: Pick<AddressView, "phaseSince">,
  drainTime: Millis,
): Instant {
  return plus(phaseSince, millis(drainTime + longestNameWait));
}

/**
 * By how much the end of a drain is dated ahead, so that it is not written again at each look (ms):
 * a sixtieth of the drain, from 15 seconds to 5 minutes; or a tenth of the time for which it has been
 * held, where that is longer. So a name that stays where it is for a day causes some dozens of writes.
 * @param heldFor since it began to drain (ms)
 */
export function redatingOf(drainTime: Millis, heldFor: Millis): Millis {
  const usual = Math.min(Math.max(drainTime / 60, seconds(15)), minutes(5));
  return millis(Math.max(usual, heldFor / 10));
}
