import type { AddressView } from "../ledger/view.ts";
import type { QuarantineTimes } from "../pool/view.ts";
import { type Instant, type Millis, hours, instant, millis, plus, since } from "../values/time.ts";

/** How a pool's stock goes on, if addresses are taken as they were lately. */
export interface PoolOutlook {
  /** Addresses that slots took in a day lately, first addresses of new slots aside. */
  readonly claimsPerDay: number;
  /** When a claim finds none; undefined: not within the next 90 days, as far as anybody knows. */
  readonly runsOutAt: Instant | undefined;
}

const day = hours(24);
const lookBack: Millis = millis(7 * day);
const lookAhead: Millis = millis(90 * day);
/** A claim each five minutes, for all of the time ahead: more than any pool sees. */
const mostClaims = 26_000;

interface Stock {
  readonly free: number;
  readonly quarantine: QuarantineTimes;
}

/**
 * Follows a pool's free addresses ahead: what rests comes back when its quarantine ends, claims come
 * at the pace of the last seven days, and what they replace rests as long as the pool says.
 */
export function poolOutlook(
  { free, quarantine }: Stock,
  entries: readonly AddressView[],
  now: Instant,
): PoolOutlook {
  const claimsPerDay = paceOf(entries, now);
  if (free <= 0) return { claimsPerDay, runsOutAt: now };
  if (claimsPerDay === 0) return { claimsPerDay, runsOutAt: undefined };
  const rest = restOf(entries, quarantine);
  const returns = entries.flatMap((entry) => returnOf(entry, rest) ?? []).toSorted((a, b) => a - b);
  const between = millis(day / claimsPerDay);
  const runsOutAt = firstEmpty({ free, returns, between, rest }, now);
  return { claimsPerDay, runsOutAt };
}

function paceOf(entries: readonly AddressView[], now: Instant): number {
  const ages = entries.map(({ createdAt }) => since(createdAt, now)).filter((age) => age >= 0);
  const span = Math.min(lookBack, Math.max(day, ...ages));
  const moves = entries.filter(
    ({ cause, createdAt }) => cause !== "NewSlot" && since(createdAt, now) < span,
  );
  return moves.length / (span / day);
}

/** How long an address rests, on average over those that rest now. */
function restOf(entries: readonly AddressView[], quarantine: QuarantineTimes): Millis {
  const resting = entries.filter(({ want }) => want === "Quarantine");
  if (resting.length === 0) return quarantine.retired;
  const burnt = resting.filter(({ retiredBecause }) => retiredBecause === "Blocked").length;
  const share = burnt / resting.length;
  return millis(share * quarantine.blocked + (1 - share) * quarantine.retired);
}

function returnOf(entry: AddressView, rest: Millis): Instant | undefined {
  if (entry.want === "Quarantine") return entry.quarantineUntil;
  if (entry.want === "Drain" && entry.drainUntil !== undefined) return plus(entry.drainUntil, rest);
  return undefined;
}

interface Course {
  readonly free: number;
  readonly returns: readonly Instant[];
  readonly between: Millis;
  readonly rest: Millis;
}

/** Each claim takes one address, and lets the one before it rest. */
function firstEmpty({ free, returns, between, rest }: Course, now: Instant): Instant | undefined {
  const end = plus(now, lookAhead);
  const coming = [...returns];
  let [left, returned] = [free, 0];
  for (let claim = 1; claim <= mostClaims; claim++) {
    const at = instant(now + claim * between);
    if (at > end) return undefined;
    for (; (coming[returned] ?? Number.POSITIVE_INFINITY) <= at; returned++) left++;
    if (left === 0) return at;
    left--;
    coming.push(plus(at, rest));
  }
  return undefined;
}
