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
import type { ArrivalsEvidence } from "../evidence.ts";
import { type Suspicion, isOutage, judgeMinute, noSuspicion, othersGoOn } from "./arrivals-test.ts";
import { Habits, type Usual } from "./habits.ts";
import { type Level, factorOf, learnLevel, newLevel } from "./level.ts";
import type { OthersSeen } from "./others.ts";
import { chanceOf, sentenceOf } from "./sentence.ts";
import { type Spread, dispersionOf, learnSpread, newSpread } from "./spread.ts";

const hour = hours(1);
/** Level and spread learn from this much at a time: what comes together is seen together. */
const stretch = minutes(5);
const mostShare = 2;
/** An hour teaches nothing of which less was seen. */
const enoughOfHour = minutes(30);
/** An address that is said to be fine for so long has lost its people: this is their new habit. */
const longestAlarm = hours(24);

/** New sessions of a slot in one minute. */
export interface SlotCounts {
  /** On the lane of the published address. */
  readonly arrivals: number;
  readonly failures: number;
  /** On all of the slot's lanes: people who have yet to move are the same people. */
  readonly onAllLanes: number;
}

/** What is remembered of a slot. */
export interface SlotMemory {
  readonly habits: Habits;
  readonly level: Level;
  readonly spread: Spread;
  readonly suspicion: Suspicion;
}

/** A minute as the slot takes it in. */
export interface SeenMinute {
  readonly from: Instant;
  readonly lasted: Millis;
  readonly counts: SlotCounts;
  readonly others: OthersSeen;
}

const noHour = { start: instant(0), seen: millis(0), arrivals: 0 };
const noStretch = { seen: millis(0), arrivals: 0, byHabit: 0 };

/** One slot: what it is used to, and whether this minute is unlike it. */
export class WatchedSlot {
  readonly #habits: Habits;
  #level: Level;
  #spread: Spread;
  #suspicion: Suspicion;
  #hour = noHour;
  #stretch = noStretch;
  #earlier: number | undefined;

  constructor(address: string, memory?: SlotMemory) {
    this.#habits = memory?.habits ?? new Habits();
    this.#level = memory?.level ?? newLevel(address);
    this.#spread = memory?.spread ?? newSpread;
    this.#suspicion = memory?.suspicion ?? noSuspicion;
  }

  get memory(): SlotMemory {
    const [habits, level, spread] = [this.#habits, this.#level, this.#spread];
    return { habits, level, spread, suspicion: this.#suspicion };
  }

  get isSuspected(): boolean {
    return this.#suspicion.alarmSince !== undefined;
  }

  /**
   * Names the published address. With a new one, people move over slowly: what they do there begins
   * from nothing, and nothing is held against it meanwhile.
   */
  publishedAt(address: string): void {
    if (address === this.#level.address) return;
    this.#level = newLevel(address);
    this.#suspicion = noSuspicion;
    this.#stretch = noStretch;
    this.#earlier = undefined;
  }

  /** What is usual on the published address; undefined while too little is known. */
  usual(now: Instant): Usual | undefined {
    const habit = this.#habits.at(now);
    const factor = factorOf(this.#level);
    if (habit === undefined || factor === undefined) return undefined;
    return { perHour: habit.perHour * factor, background: habit.background * factor };
  }

  /** Judges a minute, and then learns from it. */
  see(minute: SeenMinute): ArrivalsEvidence | undefined {
    const { from, lasted, counts, others } = minute;
    const usual = this.usual(from);
    if (usual !== undefined) {
      const dispersion = dispersionOf(this.#spread);
      this.#suspicion = judgeMinute(this.#suspicion, {
        from,
        lasted,
        ...usual,
        dispersion,
        others,
        arrivals: counts.arrivals,
        failures: counts.failures,
      });
    }
    this.#learn(minute);
    this.#giveUp(plus(from, lasted));
    return this.#evidence(plus(from, lasted), others.share);
  }

  #evidence(at: Instant, share: number | undefined): ArrivalsEvidence | undefined {
    const { quiet, alarmSince } = this.#suspicion;
    if (alarmSince === undefined || quiet === undefined || !othersGoOn(quiet, share))
      return undefined;
    const chance = chanceOf(quiet, dispersionOf(this.#spread));
    const { address } = this.#level;
    const message = sentenceOf(quiet);
    return { kind: "arrivals", address, at, since: alarmSince, chance, message };
  }

  #giveUp(now: Instant): void {
    const { alarmSince } = this.#suspicion;
    if (alarmSince === undefined || since(alarmSince, now) < longestAlarm) return;
    this.#level = newLevel(this.#level.address);
    this.#suspicion = noSuspicion;
  }

  #learn(minute: SeenMinute): void {
    if (isOutage(minute.others)) return;
    this.#learnHour(minute);
    if (!this.isSuspected) this.#learnStretch(minute);
  }

  #learnHour({ from, lasted, counts }: SeenMinute): void {
    const start = instant(Math.floor(from / hour) * hour);
    if (start !== this.#hour.start) {
      const { seen, arrivals } = this.#hour;
      if (seen >= enoughOfHour) this.#habits.learn(this.#hour.start, Math.max(0, arrivals), seen);
      this.#hour = { ...noHour, start };
    }
    const { seen, arrivals } = this.#hour;
    this.#hour = {
      start,
      seen: millis(seen + lasted),
      arrivals: arrivals + counts.onAllLanes,
    };
  }

  #learnStretch({ from, lasted, counts, others }: SeenMinute): void {
    const habit = this.#habits.at(from);
    if (habit === undefined) return;
    const { seen, arrivals, byHabit } = this.#stretch;
    // Where others have more or less than usual, so has this slot: that is not its own level.
    const share = Math.min(mostShare, others.share ?? 1);
    this.#stretch = {
      seen: millis(seen + lasted),
      arrivals: arrivals + counts.arrivals,
      byHabit: byHabit + habit.perHour * (lasted / hour) * share,
    };
    if (this.#stretch.seen >= stretch) this.#endStretch();
  }

  #endStretch(): void {
    const { seen, arrivals, byHabit } = this.#stretch;
    this.#level = learnLevel(this.#level, { arrivals, expected: byHabit, lasted: seen });
    if (this.#earlier !== undefined)
      this.#spread = learnSpread(this.#spread, this.#earlier, arrivals);
    // In pairs, so that no stretch counts twice.
    this.#earlier = this.#earlier === undefined ? arrivals : undefined;
    this.#stretch = noStretch;
  }
}
