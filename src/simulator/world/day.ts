import { type Instant, type Millis, hours, millis } from "../../values/time.ts";

const hour = hours(1);
const day = hours(24);

/** The hours of a country's day: when people are awake, and when censors work. */
export class Day {
  readonly #offset: Millis;
  /** How much of each hour people use their phones, from 0 to 1. */
  readonly #activity: readonly number[];
  /** What of a day's use lies before each hour. */
  readonly #before: readonly number[];

  /** @param offset what local time is ahead of UTC. @param activity for each hour from midnight */
  constructor(offset: Millis, activity: readonly number[]) {
    this.#offset = offset;
    this.#activity = activity;
    const before = [0];
    for (const share of activity) before.push((before.at(-1) ?? 0) + share);
    this.#before = before;
  }

  /** How long people have used their phones since some time in the past (ms); only differences count. */
  use(at: Instant): number {
    const local = at + this.#offset;
    const days = Math.floor(local / day);
    const inDay = local - days * day;
    const index = Math.min(23, Math.floor(inDay / hour));
    const within = (inDay - index * hour) / hour;
    const whole = this.#before[24] ?? 0;
    const today = (this.#before[index] ?? 0) + within * (this.#activity[index] ?? 0);
    return (days * whole + today) * hour;
  }

  /** How long it takes from now until somebody has used the phone for so long. */
  untilUsed(now: Instant, use: Millis): Millis {
    let at = now + this.#offset;
    let left = use as number;
    for (;;) {
      const inDay = at - Math.floor(at / day) * day;
      const index = Math.min(23, Math.floor(inDay / hour));
      const share = this.#activity[index] ?? 0;
      const rest = (index + 1) * hour - inDay;
      if (share > 0 && left <= rest * share) return millis(at + left / share - this.#offset - now);
      left -= rest * share;
      at += rest;
    }
  }

  /** How long it is until a time between two hours of the local day; 0 within it. */
  untilBetween(now: Instant, [from, to]: readonly [number, number]): Millis {
    const local = now + this.#offset;
    const inDay = local - Math.floor(local / day) * day;
    const [start, end] = [from * hour, to * hour];
    if (inDay >= start && inDay < end) return millis(0);
    return millis(inDay < start ? start - inDay : day - inDay + start);
  }
}
