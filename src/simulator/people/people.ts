import type { Random } from "../../values/random.ts";
import { type Instant, minutes, plus, since } from "../../values/time.ts";
import type { Agenda } from "../world/agenda.ts";
import type { Border } from "../world/border.ts";
import { exponential } from "../world/chance.ts";
import type { Day } from "../world/day.ts";
import type { Road } from "../world/road.ts";
import { type Habits, type Temper, openingTime, seekingTime, temperOf } from "./habits.ts";

/** One phone. */
export interface Person {
  readonly id: number;
  readonly group: number;
  readonly isp: string;
  readonly temper: Temper;
  /** Reports each address to the censor. */
  readonly isInsider: boolean;
  /** Uses a DNS name, which follows the group by itself. */
  readonly hasName: boolean;
  /** The address that the phone has now. */
  address: string | undefined;
  isConnected: boolean;
  /** Since when it has been so. */
  since: Instant;
  /** Why the phone was cut off. */
  cut: "block" | "dark" | "start";
  hasGivenUp: boolean;
  /** What it is about to do; a later plan takes its place. */
  plan: (() => void) | undefined;
}

/** What people do is seen by censors, operators and figures. */
export interface PeopleListener {
  /** A phone connects to an address for the first time, or again. */
  readonly onConnect?: (person: Person, address: string) => void;
  /** The phone was connected, or cut off, from `since` until now. */
  readonly onSpan?: (person: Person, span: Span) => void;
  /** Somebody presses the button "it does not work for me". */
  readonly onReport?: (person: Person, address: string) => void;
}

export interface Span {
  readonly isConnected: boolean;
  readonly from: Instant;
  readonly to: Instant;
  readonly cut: Person["cut"];
}

/** A group as the world is set up with it. */
export interface GroupSetup {
  readonly size: number;
  readonly insiders: number;
}

export interface PeopleOptions {
  readonly groups: readonly GroupSetup[];
  readonly habits: Habits;
  /** Providers of the country, with the share of people behind each. */
  readonly isps: readonly { readonly name: string; readonly share: number }[];
  /** Share of people who use a DNS name, where the policy has names. */
  readonly names: number;
  readonly day: Day;
  readonly agenda: Agenda;
  readonly border: Border;
  readonly road: Road;
  readonly random: Random;
}

/** Everybody whom the fleets serve. */
export class People {
  readonly all: readonly Person[];
  readonly #options: PeopleOptions;
  readonly #groups: readonly (readonly Person[])[];
  readonly #at = new Map<string, Set<Person>>();
  readonly #listeners = new Set<PeopleListener>();
  readonly #leftListeners = new Set<(address: string) => void>();

  constructor(options: PeopleOptions) {
    this.#options = options;
    const { groups, road, border } = options;
    let next = 0;
    this.#groups = groups.map((setup, group) =>
      Array.from({ length: setup.size }, (_, index) =>
        this.#born({ id: next++, group, isInsider: index < setup.insiders }),
      ),
    );
    this.all = this.#groups.flat();
    road.listen({
      onPublished: (group) => this.#hear(group),
      onDark: (address) => this.#lookAt(address),
      onLight: (address) => this.#lookAt(address),
    });
    border.onChange((affected) => {
      if (affected !== "all") this.#lookAt(affected);
      else for (const address of this.#at.keys()) this.#lookAt(address);
    });
  }

  listen(listener: PeopleListener): void {
    this.#listeners.add(listener);
  }

  /** Calls `listener` with each address that nobody uses any more. */
  onLeft(listener: (address: string) => void): void {
    this.#leftListeners.add(listener);
  }

  /** How many phones have this address. */
  countAt(address: string): number {
    return this.#at.get(address)?.size ?? 0;
  }

  /** The spans that are open are counted up to now: the world ends. */
  end(): void {
    for (const person of this.all) this.#close(person);
  }

  #born(who: Pick<Person, "id" | "group" | "isInsider">): Person {
    const { random, habits, isps, names, agenda } = this.#options;
    return {
      ...who,
      isp: ispOf(isps, random()),
      temper: who.isInsider ? "prompt" : temperOf(habits, random),
      hasName: random() < names,
      address: undefined,
      isConnected: false,
      since: agenda.now(),
      cut: "start",
      hasGivenUp: false,
      plan: undefined,
    };
  }

  /** A group hears of a new address. The first one it is given by hand. */
  #hear(group: number): void {
    const { habits, day, agenda, random } = this.#options;
    const now = agenda.now();
    for (const person of this.#groups[group] ?? []) {
      if (person.address === undefined) {
        this.#adopt(person);
        continue;
      }
      if (person.hasName) {
        agenda.timer(minutes(1 + 4 * random()), () => this.#adopt(person));
        continue;
      }
      const opens = openingTime(habits, person.temper, random);
      if (opens === undefined || person.hasGivenUp) continue;
      agenda.timer(day.untilUsed(now, opens), () => {
        if (!person.hasGivenUp) this.#adopt(person);
      });
    }
  }

  #adopt(person: Person): void {
    const { road } = this.#options;
    const address = road.published(person.group);
    if (address === undefined || address === person.address) return;
    const old = person.address;
    if (old !== undefined) this.#leave(person, old);
    person.address = address;
    const own = this.#at.get(address) ?? new Set<Person>();
    this.#at.set(address, own.add(person));
    this.#look(person);
    if (!person.isConnected && person.plan === undefined) this.#planSeeking(person);
    for (const { onConnect } of this.#listeners) onConnect?.(person, address);
  }

  #leave(person: Person, address: string): void {
    const own = this.#at.get(address);
    own?.delete(person);
    if (own?.size !== 0) return;
    this.#at.delete(address);
    for (const listener of this.#leftListeners) listener(address);
  }

  #lookAt(address: string): void {
    for (const person of this.#at.get(address) ?? []) this.#look(person);
  }

  #look(person: Person): void {
    const { border, road } = this.#options;
    const { address, isp } = person;
    if (address === undefined) return;
    const isLit = road.isLit(address);
    const isConnected = isLit && border.passes(address, isp);
    if (isConnected === person.isConnected) return;
    this.#close(person);
    person.isConnected = isConnected;
    person.plan?.();
    person.plan = undefined;
    if (isConnected) person.hasGivenUp = false;
    else {
      person.cut = isLit ? "block" : "dark";
      this.#planSeeking(person);
    }
  }

  #close(person: Person): void {
    const now = this.#options.agenda.now();
    const { isConnected, since: from, cut } = person;
    if (now > from)
      for (const { onSpan } of this.#listeners)
        onSpan?.(person, { isConnected, from, to: now, cut });
    person.since = now;
  }

  #planSeeking(person: Person): void {
    const { habits, random } = this.#options;
    this.#plan(person, seekingTime(habits, person.temper, random), () => this.#seek(person));
  }

  /** Looks for a new link. Who finds none says so, looks again later, and gives up at last. */
  #seek(person: Person): void {
    const { habits, random, agenda, road } = this.#options;
    const { address } = person;
    person.plan = undefined;
    if (road.published(person.group) !== address) return this.#adopt(person);
    if (address !== undefined && random() < habits.reports)
      for (const { onReport } of this.#listeners) onReport?.(person, address);
    const isLong = since(person.since, agenda.now()) > habits.giveUpAfter;
    if (isLong && random() < habits.giveUpChance) return this.#giveUp(person);
    const later = exponential(random, habits.lookAgainMean);
    return this.#plan(person, later, () => this.#seek(person));
  }

  #giveUp(person: Person): void {
    const { habits, random, agenda } = this.#options;
    person.hasGivenUp = true;
    const back = plus(agenda.now(), exponential(random, habits.comeBackMean));
    person.plan = agenda.at(back, () => {
      person.hasGivenUp = false;
      this.#seek(person);
    });
  }

  #plan(person: Person, use: Parameters<Day["untilUsed"]>[1], act: () => void): void {
    const { agenda, day } = this.#options;
    person.plan = agenda.timer(day.untilUsed(agenda.now(), use), act);
  }
}

function ispOf(isps: PeopleOptions["isps"], drawn: number): string {
  let left = drawn;
  for (const { name, share } of isps) {
    if (left < share) return name;
    left -= share;
  }
  return isps.at(-1)?.name ?? "";
}
