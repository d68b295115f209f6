import { type Instant, type Millis, hours } from "../../values/time.ts";

const hour = hours(1);
const week = 168;
/** 1970-01-01 was a Thursday. Weeks begin on Monday, at 0:00 UTC. */
const epochHourOfWeek = 3 * 24;

/** Nothing is expected of a slot before that many hours were learnt: each hour of the day thrice. */
const enoughHours = 72;
/** What the other days of the week weigh, at the same hour, beside an hour's own weeks. */
const otherDaysWeight = 2;
const mostWeeks = 6;
/** A week changes an hour's habit by no more than this share of what it differs. */
const leastGain = 0.2;
/** No hour counts for more than this many times its habit. */
const mostFactor = 2;

/** What a slot is used to at some time, in new sessions an hour. */
export interface Usual {
  readonly perHour: number;
  /**
   * What comes at every hour, also in the dead of night: scanners, health checks of a load balancer,
   * tests. It may go on while people are cut off.
   */
  readonly background: number;
}

interface Near {
  /** The number of an hour since 1970, and what is usual in its middle and in that of the next. */
  readonly before: number;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly background: number;
}

/**
 * How many new sessions a slot has at each hour of the week: one byte an hour, on a logarithmic
 * scale, and learnt as time goes by. A week that was unlike the others (a block, an outage, a link
 * that many people shared) moves it by a little only; the same again and again becomes habit.
 */
export class Habits {
  readonly #rates: Uint8Array;
  #hoursLearnt: number;
  /** Of the hour that was last asked for: it is asked for every minute. */
  #near: Near | undefined;

  constructor(saved?: { readonly rates: Uint8Array; readonly hoursLearnt: number }) {
    this.#rates = Uint8Array.from({ length: week }, (_, index) => saved?.rates[index] ?? 0);
    this.#hoursLearnt = saved?.hoursLearnt ?? 0;
  }

  /** What is usual at this time; undefined while too little is known. */
  at(now: Instant): Usual | undefined {
    if (this.#hoursLearnt < enoughHours) return undefined;
    // An hour's habit is that of its middle: between two middles it goes over from one to the other.
    const middle = now / hour - 0.5;
    const before = Math.floor(middle);
    if (this.#near?.before !== before) this.#near = this.#nearby(before);
    const { from, to, background } = this.#near;
    if (from === undefined || to === undefined) return undefined;
    return { perHour: from + (to - from) * (middle - before), background };
  }

  /** Takes in an hour: `arrivals` in the part of it that was seen (at most an hour). */
  learn(during: Instant, arrivals: number, seen: Millis): void {
    const cell = cellOf(Math.floor(during / hour));
    const known = this.#usual(cell);
    const rate = moderate(arrivals * (hour / seen), known);
    const own = rateOf(this.#rates[cell] ?? 0) ?? known;
    const gain = Math.max(leastGain, 1 / (this.#weeks + 1));
    this.#rates[cell] = codeOf(own === undefined ? rate : own + gain * (rate - own));
    this.#hoursLearnt++;
    this.#near = undefined;
  }

  /** For keeping: 168 bytes and a number. */
  get saved(): { readonly rates: Uint8Array; readonly hoursLearnt: number } {
    return { rates: this.#rates, hoursLearnt: this.#hoursLearnt };
  }

  #nearby(before: number): Near {
    const [from, to] = [this.#usual(cellOf(before)), this.#usual(cellOf(before + 1))];
    return { before, from, to, background: this.#quietestHour() };
  }

  get #weeks(): number {
    return Math.min(mostWeeks, this.#hoursLearnt / week);
  }

  /** An hour of the week leans on the same hour of the other days: a week alone is only chance. */
  #usual(cell: number): number | undefined {
    const day = this.#ofAllDays(cell % 24);
    const own = rateOf(this.#rates[cell] ?? 0);
    if (day === undefined || own === undefined) return day;
    return (otherDaysWeight * day + this.#weeks * own) / (otherDaysWeight + this.#weeks);
  }

  /** The median of all days: one burst, one holiday is not what the hour is like. */
  #ofAllDays(hourOfDay: number): number | undefined {
    const known: number[] = [];
    for (let cell = hourOfDay; cell < week; cell += 24) {
      const rate = rateOf(this.#rates[cell] ?? 0);
      if (rate !== undefined) known.push(rate);
    }
    known.sort((a, b) => a - b);
    return known[Math.floor(known.length / 2)];
  }

  #quietestHour(): number {
    const known = Array.from({ length: 24 }, (_, each) => this.#ofAllDays(each));
    return Math.min(...known.filter((rate) => rate !== undefined));
  }
}

function cellOf(hoursSinceEpoch: number): number {
  return (((hoursSinceEpoch + epochHourOfWeek) % week) + week) % week;
}

function moderate(rate: number, known: number | undefined): number {
  // The 1 lets an hour in which nobody came become one in which somebody does.
  return known === undefined ? rate : Math.min(rate, known * mostFactor + 1);
}

/** 1 to 255 are rates from 0.05 to 20,000 an hour, each 5 % above the one before; 0 is unknown. */
const lowest = 0.05;
const step = Math.log(20_000 / lowest) / 254;
const rates = Array.from({ length: 256 }, (_, code) => lowest * Math.exp((code - 1) * step));

function rateOf(code: number): number | undefined {
  return code === 0 ? undefined : rates[code];
}

function codeOf(rate: number): number {
  const code = 1 + Math.round(Math.log(Math.max(rate, lowest) / lowest) / step);
  return Math.min(255, code);
}
