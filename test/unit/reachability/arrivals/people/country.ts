// What all people of a made-up country share: hours, weekends, holidays, a month of fasting, and
// the days on which the network fails. Times are minutes since the simulation began.

import type { Random } from "../../../../../src/values/random.ts";
import { between, exponential } from "./chance.ts";

export const hour = 60;
export const day = 24 * hour;

/** How busy phones are, by hour of local time. */
const workday = [
  0.25, 0.12, 0.06, 0.04, 0.04, 0.07, 0.2, 0.5, 0.75, 0.85, 0.9, 0.9, 1, 0.95, 0.85, 0.85, 0.9, 1,
  1.1, 1.2, 1.3, 1.3, 1, 0.6,
];
const freeDay = [
  0.5, 0.3, 0.15, 0.06, 0.04, 0.05, 0.08, 0.15, 0.3, 0.5, 0.75, 0.9, 1, 0.95, 0.8, 0.8, 0.9, 1, 1.1,
  1.2, 1.3, 1.3, 1.2, 0.9,
];
const fastingDay = [
  0.9, 0.7, 0.5, 0.6, 0.8, 0.5, 0.15, 0.15, 0.3, 0.5, 0.6, 0.65, 0.65, 0.6, 0.5, 0.45, 0.4, 0.3,
  0.5, 1.1, 1.3, 1.4, 1.3, 1.1,
];

/** Some people lose the network for some time. */
interface Outage {
  readonly from: number;
  readonly until: number;
  /** What is left of a slot's sessions, by its number; 1 where it is spared. */
  readonly left: ReadonlyMap<number, number>;
}

export interface CountryOptions {
  readonly days: number;
  readonly slots: number;
  readonly random: Random;
  /** The days of a month in which the day is turned round; undefined = none. */
  readonly fasting?: { readonly from: number; readonly until: number };
}

/** A country at any minute. */
export class Country {
  readonly #options: CountryOptions;
  readonly #holidays: ReadonlySet<number>;
  /** By day. */
  readonly #outages = new Map<number, Outage[]>();

  constructor(options: CountryOptions) {
    const { days, random } = options;
    this.#options = options;
    this.#holidays = new Set(
      Array.from({ length: days }, (_, each) => each).filter(() => random() < 0.06),
    );
    for (const outage of [...wholeCountry(options), ...oneProvider(options)]) this.#add(outage);
  }

  /** How busy phones are, 1 at noon. */
  activity(minute: number): number {
    const today = Math.floor(minute / day);
    const shape = this.#shapeOf(today);
    const at = (minute % day) / hour;
    const low = shape[Math.floor(at)] ?? 0;
    const high = shape[Math.ceil(at) % 24] ?? 0;
    return low + (high - low) * (at % 1);
  }

  /** Which part of a slot's people have a network. */
  connected(slot: number, minute: number): number {
    let left = 1;
    for (const outage of this.#outages.get(Math.floor(minute / day)) ?? [])
      if (minute >= outage.from && minute < outage.until) left *= outage.left.get(slot) ?? 1;
    return left;
  }

  #add(outage: Outage): void {
    for (let on = Math.floor(outage.from / day); on <= Math.floor(outage.until / day); on++)
      this.#outages.set(on, [...(this.#outages.get(on) ?? []), outage]);
  }

  #shapeOf(today: number): readonly number[] {
    const { fasting } = this.#options;
    if (fasting !== undefined && today >= fasting.from && today < fasting.until) return fastingDay;
    return today % 7 >= 5 || this.#holidays.has(today) ? freeDay : workday;
  }
}

/** Twice a month nearly everybody is offline, and comes back within some minutes. */
function wholeCountry({ days, slots, random }: CountryOptions): Outage[] {
  return times(days, 15, random).flatMap((from) => {
    const lasts = between(20, 8 * hour, random);
    return Array.from({ length: slots }, (_, slot) => ({
      from,
      until: from + lasts + between(0, 20, random),
      left: new Map([[slot, 0.02]]),
    }));
  });
}

/** Every ten days one provider fails, and many groups have some people there. */
function oneProvider({ days, slots, random }: CountryOptions): Outage[] {
  return times(days, 10, random).map((from) => ({
    from,
    until: from + between(hour, 6 * hour, random),
    left: new Map(
      Array.from({ length: slots }, (_, slot) => [
        slot,
        random() < 0.4 ? between(0.3, 0.7, random) : 1,
      ]),
    ),
  }));
}

/** Minutes at which something happens, every so many days on average. */
export function times(days: number, every: number, random: Random): number[] {
  const all: number[] = [];
  for (let at = exponential(every * day, random); at < days * day;) {
    all.push(at);
    at += exponential(every * day, random);
  }
  return all;
}
