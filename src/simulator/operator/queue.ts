import { type Priority, type QueueOptions, WorkQueue } from "../../runtime/queue.ts";
import { hours, seconds } from "../../values/time.ts";

/** Nothing takes no time at all (ms): what waits for the clock would wait for good. */
const leastMs = 1_000;

/** A queue in virtual time. */
export class WorldQueue extends WorkQueue {
  override addAfter(key: string, ms: number, priority?: Priority): void {
    super.addAfter(key, Math.max(ms, leastMs), priority);
  }
}

/** While an address drains, a fleet counts its sessions as often as this (ms). */
const countingMs: number = seconds(10);

/** Here it does so as often as this (ms). */
const coarseMs: number = hours(6);

/**
 * The queue of fleets. An address that drains would have its fleet looked at every ten seconds for a
 * day: in a simulated month, nothing else would be done. When a drain's time is over, when its last
 * person has left, and when a move is due, `looksInTime` says so instead.
 */
export class FleetQueue extends WorldQueue {
  override addAgain(key: string, ms: number): void {
    super.addAgain(key, ms === countingMs ? coarseMs : ms);
  }
}

/**
 * The queue of addresses. One that rests waits for nothing but the end of its rest, and is left
 * alone until then, whatever happens to its fleet.
 */
export class AddressQueue extends WorldQueue {
  readonly #rests: (name: string) => boolean;

  constructor(options: QueueOptions, rests: (name: string) => boolean) {
    super(options);
    this.#rests = rests;
  }

  override add(key: string, priority?: Priority): void {
    if (!this.#rests(key)) super.add(key, priority);
  }
}
