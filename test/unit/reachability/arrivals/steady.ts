// Groups that are as regular as a clock: what they do is known to the session.

import { ArrivalsWatch, type SlotSeen } from "../../../../src/reachability/arrivals/watch.ts";
import type { ArrivalsEvidence } from "../../../../src/reachability/evidence.ts";
import { type Instant, instant, minutes, plus } from "../../../../src/values/time.ts";

/** A Monday at midnight. */
export const monday = instant(Date.UTC(2026, 0, 5));
export const hour = 60;
export const day = 24 * hour;

export interface Steady {
  readonly slot: string;
  /** Sessions an hour, by the hour of the day. */
  readonly perHour: (hourOfDay: number) => number;
  readonly audience?: readonly string[];
}

/** What differs from habit. */
export interface Unlike {
  /** Of its sessions, this part comes; "gap" where nobody counted them. */
  readonly share?: (slot: string, minute: number) => number | "gap";
  readonly address?: (slot: string) => string;
  /** Of the slot's sessions, this part is still on an old address. */
  readonly onOld?: (slot: string, minute: number) => number;
  readonly failures?: number;
}

/** Says what was suspected, and after how many minutes. */
export interface Suspected {
  readonly minute: number;
  readonly evidence: ArrivalsEvidence;
}

export class SteadyGroups {
  watch = new ArrivalsWatch();
  now: Instant = monday;
  readonly #slots: readonly Steady[];
  readonly #due = new Map<string, number>();

  constructor(slots: readonly Steady[]) {
    this.#slots = slots;
  }

  /** Lives some minutes. @returns all evidence, with the minute that it came in */
  live(length: number, unlike: Unlike = {}): Suspected[] {
    const all: Suspected[] = [];
    for (let minute = 1; minute <= length; minute++) {
      this.now = plus(this.now, minutes(1));
      const seen = this.#slots.map((each) => this.#seen(each, minute, unlike));
      for (const evidence of this.watch.step(seen, this.now)) all.push({ minute, evidence });
    }
    return all;
  }

  #seen({ slot, perHour, audience = ["IR"] }: Steady, minute: number, unlike: Unlike): SlotSeen {
    const { share, address, onOld, failures = 0 } = unlike;
    const part = share?.(slot, minute) ?? 1;
    const hourOfDay = Math.floor(this.now / minutes(60)) % 24;
    const onAllLanes = this.#whole(slot, part === "gap" ? 0 : (part * perHour(hourOfDay)) / 60);
    const old = this.#whole(`${slot}/old`, onAllLanes * (onOld?.(slot, minute) ?? 0));
    const counts = { arrivals: onAllLanes - old, failures, onAllLanes };
    return {
      slot,
      audience,
      address: address?.(slot) ?? `address of ${slot}`,
      counts: part === "gap" ? undefined : counts,
    };
  }

  /** Whole sessions: what is left over comes later. */
  #whole(key: string, sessions: number): number {
    const due = (this.#due.get(key) ?? 0) + sessions;
    this.#due.set(key, due - Math.floor(due));
    return Math.floor(due);
  }
}

/** Nobody calls from 0:00 to 6:00. */
export function byDay(rate: number) {
  return (hourOfDay: number) => (hourOfDay < 6 ? 0 : rate);
}

/** Slots s0, s1, … with so many sessions an hour and habits of ten days; it is 10:00. */
export function settledGroups(rates: readonly number[] = [12, 20, 30, 40]): SteadyGroups {
  const groups = new SteadyGroups(
    rates.map((rate, each) => ({ slot: `s${each}`, perHour: byDay(rate) })),
  );
  groups.live(10 * day + 10 * hour);
  return groups;
}

/** Only this slot has that part of its sessions. */
export function only(which: string, part: number | "gap") {
  return (slot: string) => (slot === which ? part : 1);
}
