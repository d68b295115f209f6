import { Cron } from "croner";
import { isTimeZone, nearestTimeZone } from "./time-zones.ts";
import { type Instant, type Millis, dateOf, earliest, instant } from "../values/time.ts";

/**
 * A time in which scheduled moves may happen: it opens when `cron` says in `timeZone`, and stays
 * open for `duration`.
 */
export interface RotationWindow {
  readonly cron: string;
  readonly duration: Millis;
  readonly timeZone: string;
}

/**
 * The first moment from `at` on in which one of the windows is open: `at` itself where one is open
 * already; undefined where none ever is. Where the clocks go forward over an opening, the window
 * opens right after the gap; where they go back, it opens once.
 */
export function openFrom(windows: readonly RotationWindow[], at: Instant): Instant | undefined {
  if (windows.length === 0) return at;
  return earliest(...windows.map((window) => openingFrom(window, at)));
}

function openingFrom(window: RotationWindow, at: Instant): Instant | undefined {
  const opening = openingAfter(compiled(window), instant(at - window.duration));
  return opening === undefined || opening > at ? opening : at;
}

/** What is wrong with the windows that can never open, as field, value and remedy. */
export function windowFaults(windows: readonly RotationWindow[]): string[] {
  return windows.flatMap((window, index) => {
    const fault = compiled(window).fault;
    return fault === undefined ? [] : [`spec.rotation.windows[${index}].${fault}`];
  });
}

interface Compiled {
  readonly schedule: Cron | undefined;
  readonly fault: string | undefined;
  /** Openings that were looked up: `next` is the answer for every moment from `after` up to it. */
  readonly known: { readonly after: Instant; readonly next: Instant }[];
}

/**
 * Reading a schedule, and finding a day in a time zone, cost a thousand times more than looking up
 * what was found before.
 */
const compiledWindows = new Map<string, Compiled>();
const mostCompiled = 1000;
const mostKnown = 32;

/** Any fixed moment does: a schedule that has no time in the next century has none. */
const epoch = instant(1_767_225_600_000); // 2026-01-01

function compiled({ cron, timeZone }: RotationWindow): Compiled {
  const key = `${timeZone} ${cron}`;
  const known = compiledWindows.get(key);
  if (known !== undefined) return known;
  if (compiledWindows.size >= mostCompiled) compiledWindows.clear();
  const made = compile(cron, timeZone);
  compiledWindows.set(key, made);
  return made;
}

function compile(cron: string, timeZone: string): Compiled {
  const never = (fault: string): Compiled => ({ schedule: undefined, fault, known: [] });
  if (!isTimeZone(timeZone))
    return never(
      `timeZone "${timeZone}" is not known: write ${nearestTimeZone(timeZone) ?? "an IANA name such as Asia/Tehran or UTC"}`,
    );
  try {
    const schedule = new Cron(cron, { timezone: timeZone, paused: true });
    if (schedule.nextRun(dateOf(epoch)) !== null) return { schedule, fault: undefined, known: [] };
    return never(`cron "${cron}" never comes: ${whyNever(cron)}`);
  } catch (error) {
    const words =
      error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return never(
      `cron "${cron}" can't be read: ${words}. Write minute, hour, day, month and weekday, such as "0 2 * * *"`,
    );
  }
}

const months =
  "January February March April May June July August September October November December".split(
    " ",
  );

/** The usual cause is a day that its month does not have. */
function whyNever(cron: string): string {
  const [, , day = "", month = ""] = cron.split(/ +/);
  const byNumber = /^\d+$/.test(month) ? months[Number(month) - 1] : undefined;
  const name =
    byNumber ?? months.find((full) => full.slice(0, 3).toUpperCase() === month.toUpperCase());
  return /^\d+$/.test(day) && name !== undefined
    ? `there is no ${day} ${name}`
    : "no date has this day and month: correct the third and the fourth field";
}

function openingAfter({ schedule, known }: Compiled, after: Instant): Instant | undefined {
  const found = known.find((answer) => answer.after <= after && after < answer.next);
  if (found !== undefined) return found.next;
  const date = schedule?.nextRun(dateOf(after));
  if (date === undefined || date === null) return undefined;
  const next = instant(date.getTime());
  if (known.length >= mostKnown) known.shift();
  known.push({ after, next });
  return next;
}
