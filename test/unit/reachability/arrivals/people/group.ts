// The people of one slot: how many new sessions they open in a minute, and on which address.

import type { Random } from "../../../../../src/values/random.ts";
import { between, exponential, normal, poisson } from "./chance.ts";
import { type Country, day, hour, times } from "./country.ts";

/** Sessions come in clusters: a chat, a photo, a phone that changes its network twice. */
const clusterMean = 1.6;
/** Scanners find every address, and go on when it is blocked in the country. */
const scannersPerHour = 0.4;
/** Some people live abroad. */
const abroad = 0.03;

interface Person {
  /** Sessions an hour at noon. */
  readonly pace: number;
  readonly household: number;
  awayUntil: number;
}

export interface GroupOptions {
  readonly number: number;
  readonly people: number;
  readonly days: number;
  readonly country: Country;
  readonly random: Random;
}

export interface Sessions {
  readonly onNew: number;
  readonly onOld: number;
}

/** A group of people, minute by minute. */
export class Group {
  readonly #options: GroupOptions;
  readonly #people: readonly Person[];
  readonly #householdsOff = new Map<number, number>();
  readonly #bursts: readonly number[];
  #mood = 0;
  #pace = 0;
  #growth = 1;
  #movedAt = -10 * day;
  #movesWithin = hour;
  /** The address is blocked for everybody in the country. */
  isBlocked = false;

  constructor(options: GroupOptions) {
    const { people, days, random } = options;
    this.#options = options;
    this.#people = Array.from({ length: people }, (_, each) => ({
      pace: 1.3 * Math.exp(0.5 * normal(random)),
      household: Math.floor(each / 3),
      awayUntil: 0,
    }));
    this.#bursts = times(days, 21, random);
  }

  get size(): number {
    return this.#options.people;
  }

  /** A new address is published; people move over within hours, all by the end of the drain. */
  rotate(minute: number): void {
    this.#movedAt = minute;
    this.#movesWithin = between(0.5 * hour, 10 * hour, this.#options.random);
    this.isBlocked = false;
  }

  /** Pods restart, or an outage ends: many call again at once. */
  storm(minute: number): number {
    const moved = this.isBlocked ? abroad : 1 - this.#stayed(minute);
    return poisson(0.5 * this.#pace * moved, this.#options.random);
  }

  /** What happens in this minute. */
  live(minute: number): Sessions {
    const { number, country, random } = this.#options;
    if (minute % hour === 0) this.#liveHour(minute);
    const connected = country.connected(number, minute);
    const wanted = this.#pace * this.#growth * Math.exp(this.#mood) * this.#burst(minute);
    const perMinute = (wanted * country.activity(minute) * connected) / hour;
    const reach = this.isBlocked ? abroad : 1;
    const sessions = clustered(perMinute * reach, random) + poisson(scannersPerHour / hour, random);
    const onOld = thinned(sessions, this.#stayed(minute), random);
    return { onNew: sessions - onOld, onOld };
  }

  #liveHour(minute: number): void {
    const { random } = this.#options;
    this.#mood = 0.8 * this.#mood + 0.15 * normal(random);
    this.#growth *= 1 + 0.0002 * normal(random) + 0.00005;
    for (const person of this.#people) this.#comeAndGo(person, minute);
    this.#pace = this.#people
      .filter(({ awayUntil, household }) => !this.#isAway(awayUntil, household, minute))
      .reduce((sum, { pace }) => sum + pace, 0);
  }

  #comeAndGo(person: Person, minute: number): void {
    const { random } = this.#options;
    if (minute >= person.awayUntil && random() < 1 / (4 * 24))
      person.awayUntil = minute + exponential(8 * hour, random);
    const isFirst = this.#people.find(({ household }) => household === person.household) === person;
    if (isFirst && random() < 1 / (10 * 24))
      this.#householdsOff.set(person.household, minute + exponential(2 * hour, random));
  }

  #isAway(awayUntil: number, household: number, minute: number): boolean {
    return minute < awayUntil || minute < (this.#householdsOff.get(household) ?? 0);
  }

  /** A link that was shared in a channel: up to fifteen times as many, gone after some hours. */
  #burst(minute: number): number {
    let factor = 1;
    for (const from of this.#bursts)
      if (minute >= from && minute < from + 2 * day)
        factor += (4 + (from % 10)) * Math.exp((from - minute) / (4 * hour));
    return factor;
  }

  #stayed(minute: number): number {
    const passed = minute - this.#movedAt;
    return passed > day ? 0 : Math.exp(-passed / this.#movesWithin);
  }
}

function clustered(mean: number, random: Random): number {
  let sessions = 0;
  for (let cluster = poisson(mean / clusterMean, random); cluster > 0; cluster--)
    for (sessions++; random() > 1 / clusterMean;) sessions++;
  return sessions;
}

function thinned(count: number, share: number, random: Random): number {
  if (share === 0) return 0;
  let kept = 0;
  for (let each = 0; each < count; each++) if (random() < share) kept++;
  return kept;
}
