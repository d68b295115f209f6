import {
  type Instant,
  type Millis,
  hours,
  instant,
  millis,
  minutes,
  plus,
  since,
} from "../../values/time.ts";
import type { OthersSeen } from "./others.ts";

/** With fewer sessions an hour than that, a silence says nothing. */
const fewestPerHour = 3;
/** People who can't reach the address still make this share of its sessions: some are elsewhere. */
const shareIfBlocked = 0.1;
/** A slot that has at least this share of its habit is well: groups have lazy days. */
const shareIfWell = 0.7;
/**
 * How much more likely a block must be than a lazy day, as a natural logarithm. The more sessions an
 * hour has, the more often some of them are late by chance, and the sooner a habit that is a little
 * wrong looks like a block: the sum that is needed grows with the sessions. Chosen by
 * test/slow/arrivals.test.ts.
 */
const alarmAt = 4;
const alarmAtPerHour = 12;
const alarmSlope = 2;
/** What sums of fractions leave instead of nothing. */
const zero = 1e-6;
/** The sum ends so far above, so that a slot is well again soon after people are back. */
const mostAbove = 2;
/** Shorter than that is a reload, a restart or a poll that came late. */
const shortest = minutes(4);
/** Others must have had this share of theirs, all the while and of late. */
const othersWell = 0.6;
const othersEnough = 5;
/** Below this share of theirs, of enough sessions to tell, everybody is cut off: an outage. */
const outageShare = 0.3;
const outageEnough = 3;
/** After an outage, groups come back one after the other. */
const recovery = minutes(45);

/** A quiet time that nobody could follow for longer than this is over. */
const longestGap = minutes(30);

/** A quiet time of a slot, from its first minute on. */
export interface Quiet {
  /** How much of it was seen. */
  readonly lasted: Millis;
  /** The end of its last minute. */
  readonly until: Instant;
  readonly arrivals: number;
  readonly failures: number;
  /** What is usual at such a time. */
  readonly usual: number;
  /** The same, in so far as the others had theirs. */
  readonly expected: number;
  readonly others: { readonly arrivals: number; readonly expected: number };
}

/** How far a slot is from an alarm. */
export interface Suspicion {
  /** Logarithm of how much more likely a block is than a lazy day, over the quiet time. */
  readonly sum: number;
  /** Undefined while all is well. */
  readonly quiet: Quiet | undefined;
  readonly alarmSince: Instant | undefined;
  /** When everybody was last cut off. */
  readonly outageAt: Instant | undefined;
}

export const noSuspicion: Suspicion = {
  sum: 0,
  quiet: undefined,
  alarmSince: undefined,
  outageAt: undefined,
};

/** A minute of a slot. */
export interface Minute {
  readonly from: Instant;
  readonly lasted: Millis;
  /** New sessions, their outer TLS handshake done. */
  readonly arrivals: number;
  /** Connections whose outer TLS handshake failed. */
  readonly failures: number;
  /** What is usual on this address at this time. */
  readonly perHour: number;
  readonly background: number;
  /** How much more unevenly its sessions come than by chance alone. */
  readonly dispersion: number;
  readonly others: OthersSeen;
}

/**
 * Takes one more minute into a cumulated sum (CUSUM, Page 1954) of log-likelihood ratios: "people
 * are cut off" against "a lazy day", for counts of a Poisson distribution that is wider by the
 * slot's own dispersion. What the others have less, at that very time, is expected less of this
 * slot too.
 */
export function judgeMinute(suspicion: Suspicion, minute: Minute): Suspicion {
  const { from, lasted, others, perHour } = minute;
  const now = plus(from, lasted);
  const outageAt = isOutage(others) ? now : suspicion.outageAt;
  const pause = { ...withoutQuiet(suspicion), outageAt };
  if (isRecovering(outageAt, now) || perHour < fewestPerHour) return pause;
  const before = isLost(suspicion, minute) ? pause : suspicion;
  if (others.share === undefined) return before;
  const needed = alarmAt + alarmSlope * Math.log(1 + perHour / alarmAtPerHour);
  const sum = within(before.sum + weightOf(minute, others.share), needed + mostAbove);
  if (sum < zero) return { ...noSuspicion, outageAt };
  const quiet = longer(before.quiet, minute, others.share);
  const isAlarm =
    before.alarmSince !== undefined
      ? sum > needed / 2
      : sum >= needed && isClear(quiet, others.share);
  const alarmSince = isAlarm ? (before.alarmSince ?? quiet.until) : undefined;
  return { sum, quiet, alarmSince, outageAt };
}

/** Everybody of the audience is cut off, or nearly so. */
export function isOutage({ share, shareOf }: Pick<OthersSeen, "share" | "shareOf">): boolean {
  return share !== undefined && shareOf >= outageEnough && share < outageShare;
}

/** Whether the quiet time says anything against this slot: the others have theirs. */
export function othersGoOn({ others }: Quiet, share: number | undefined): boolean {
  return (
    others.expected >= othersEnough &&
    others.arrivals >= othersWell * others.expected &&
    (share ?? 0) >= othersWell
  );
}

function isRecovering(outageAt: Instant | undefined, now: Instant): boolean {
  if (outageAt === undefined) return false;
  const passed = since(outageAt, now);
  return passed >= 0 && passed < recovery;
}

function isLost({ quiet }: Suspicion, { from }: Minute): boolean {
  if (quiet === undefined) return false;
  const passed = since(quiet.until, from);
  return passed < 0 || passed > longestGap;
}

/** Who was suspected in the evening is so in the morning, until people come. */
function withoutQuiet({ sum, alarmSince, outageAt }: Suspicion): Suspicion {
  return { sum: alarmSince === undefined ? 0 : sum, alarmSince, outageAt, quiet: undefined };
}

function isClear(quiet: Quiet, share: number): boolean {
  return quiet.lasted >= shortest && othersGoOn(quiet, share);
}

function within(sum: number, most: number): number {
  return Math.max(0, Math.min(most, sum));
}

function weightOf({ arrivals, dispersion, ...usual }: Minute, share: number): number {
  const { all, background } = expectedOf(usual, share);
  const people = Math.max(0, all - background);
  if (people === 0) return 0;
  const well = background + shareIfWell * people;
  const blocked = background + shareIfBlocked * people;
  return (well - blocked - arrivals * Math.log(well / blocked)) / dispersion;
}

type Expecting = Pick<Minute, "lasted" | "perHour" | "background">;

function expectedOf({ lasted, perHour, background }: Expecting, share: number) {
  const part = Math.min(1, share) * (lasted / hours(1));
  return { all: perHour * part, background: background * part };
}

function longer(quiet: Quiet = noQuiet, minute: Minute, share: number): Quiet {
  const { from, lasted, others } = minute;
  return {
    lasted: millis(quiet.lasted + lasted),
    until: plus(from, lasted),
    arrivals: quiet.arrivals + minute.arrivals,
    failures: quiet.failures + minute.failures,
    usual: quiet.usual + expectedOf(minute, 1).all,
    expected: quiet.expected + expectedOf(minute, share).all,
    others: {
      arrivals: quiet.others.arrivals + others.arrivals,
      expected: quiet.others.expected + others.expected,
    },
  };
}

const noQuiet: Quiet = {
  lasted: millis(0),
  until: instant(0),
  arrivals: 0,
  failures: 0,
  usual: 0,
  expected: 0,
  others: { arrivals: 0, expected: 0 },
};
