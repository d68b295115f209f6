import { type Instant, type Millis, minutes, plus, seconds, since } from "../values/time.ts";

/** What the server said of a fleet that the cache does not have. */
export interface Absence {
  /** For how long it has said that there is none, by a clock that never goes back (ms). */
  readonly forMs: Millis;
  readonly at: Instant;
}

/**
 * A fleet must have been absent for this long before its addresses go: a person restores a backup
 * object by object, and the ledger comes before the fleets.
 */
export const absencePatience: Millis = minutes(5);

/** An older answer is asked for again. */
const fresh = seconds(30);

/** Whether a fleet is gone: the server said so again and again for minutes, and just now too. */
export function isGone(absence: Absence | undefined, now: Instant): boolean {
  if (absence === undefined || isAbsenceStale(absence, now)) return false;
  return absence.forMs >= absencePatience;
}

/** Whether the server has to be asked, for the first time or again. */
export function isAbsenceStale(absence: Absence | undefined, now: Instant): boolean {
  if (absence === undefined) return true;
  const age = since(absence.at, now);
  return age < 0 || age >= fresh;
}

/** When the server has to be asked again. */
export function absenceStaleAt(absence: Absence | undefined, now: Instant): Instant {
  return plus(absence?.at ?? now, fresh);
}
