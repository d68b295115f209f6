// A country with some fleets, and what the watch makes of their sessions.

import { loadSlots, saveSlots } from "../../../../../src/reachability/arrivals/saved.ts";
import { ArrivalsWatch } from "../../../../../src/reachability/arrivals/watch.ts";
import type { ArrivalsEvidence } from "../../../../../src/reachability/evidence.ts";
import type { Random } from "../../../../../src/values/random.ts";
import { instant, minutes } from "../../../../../src/values/time.ts";
import { seeded } from "../../../rotation/build.ts";
import { between, exponential } from "./chance.ts";
import { Country, day } from "./country.ts";
import { Group } from "./group.ts";

/** A Monday. */
const began = Date.UTC(2026, 0, 5);
/** As `rotation.maxAge`. */
const rotatesEvery = 2 * day;

/** Chance a minute: a fleet of four slots has a gap in its counts, and a rush after it, once a day. */
const troublePerSlot = 1 / (4 * day);

export interface WorldOptions {
  readonly seed: number;
  /** People of each slot. */
  readonly sizes: readonly number[];
  readonly slotsPerFleet: number;
  readonly days: number;
  readonly fasting?: { readonly from: number; readonly until: number };
}

interface Seat {
  readonly group: Group;
  readonly fleet: number;
  address: number;
  rotatesAt: number;
}

export class World {
  readonly random: Random;
  readonly seats: readonly Seat[];
  readonly #gapUntil = new Map<number, number>();
  #watch = new ArrivalsWatch();
  #minute = 0;

  constructor(options: WorldOptions) {
    const { seed, sizes, days, slotsPerFleet } = options;
    const random = seeded(seed);
    this.random = random;
    const country = new Country({ ...options, slots: sizes.length, random });
    this.seats = sizes.map((people, number) => ({
      group: new Group({ number, people, days, country, random }),
      fleet: Math.floor(number / slotsPerFleet),
      address: 0,
      rotatesAt: between(0, rotatesEvery, random),
    }));
  }

  /** Minutes since it began. */
  get minute(): number {
    return this.#minute;
  }

  /** Lives one minute. @returns who is suspected, by number of the slot */
  live(): ReadonlyMap<number, ArrivalsEvidence> {
    const minute = this.#minute++;
    this.#trouble(minute);
    const seen = this.seats.map((seat, number) => this.#seatSeen(seat, number));
    const now = instant(began + minutes(minute));
    const evidence = this.#watch.step(seen, now);
    this.#restartOperator();
    return new Map(evidence.map((each) => [numberOf(each.address), each]));
  }

  /** Gives a slot a fresh address, as after a block. */
  rotate(number: number): void {
    const seat = this.seats[number]!;
    seat.address++;
    seat.group.rotate(this.#minute);
    seat.rotatesAt = this.#minute + rotatesEvery * between(0.8, 1.2, this.random);
  }

  /** Pods restart, or don't answer for some minutes: their fleet's counts have a gap. */
  #trouble(minute: number): void {
    for (const { fleet } of this.seats)
      if (this.random() < troublePerSlot)
        this.#gapUntil.set(fleet, minute + 1 + exponential(2, this.random));
    for (const [number, { rotatesAt, group }] of this.seats.entries())
      if (minute >= rotatesAt && !group.isBlocked) this.rotate(number);
  }

  #seatSeen({ group, fleet, address }: Seat, number: number) {
    const gapUntil = this.#gapUntil.get(fleet) ?? 0;
    const isGap = this.#minute < gapUntil;
    const { onNew, onOld } = group.live(this.#minute - 1);
    const storm = this.#minute - gapUntil < 3 && gapUntil > 0 ? group.storm(this.#minute - 1) : 0;
    const arrivals = onNew + storm;
    const counts = { arrivals, failures: 0, onAllLanes: arrivals + onOld };
    return {
      slot: `proxies/fleet-${fleet}/${number}`,
      audience: ["IR"],
      address: `192.0.${number}.${address % 256}`,
      counts: isGap ? undefined : counts,
    };
  }

  /** Once a week the operator starts again, with what it remembers. */
  #restartOperator(): void {
    if (this.#minute % (7 * day - 613) !== 0) return;
    this.#watch = new ArrivalsWatch(loadSlots(saveSlots(this.#watch.remember()).values()));
  }
}

function numberOf(address: string): number {
  return Number(address.split(".")[2]);
}
