// Lives a world, and counts: alarms while nobody is blocked, and minutes until a block is noticed.

import { between } from "./chance.ts";
import { day, hour } from "./country.ts";
import { World, type WorldOptions } from "./world.ts";

export interface Plan extends Omit<WorldOptions, "days"> {
  /** Days in which habits are learnt, days without a block, and days with blocks. */
  readonly learn: number;
  readonly quiet: number;
  readonly blocks: number;
}

/** What became of one slot. */
export interface SlotResult {
  readonly people: number;
  readonly months: number;
  readonly falseAlarms: number;
  /** Minutes to each notice; infinite where a block was not noticed within a day. */
  readonly noticed: readonly number[];
}

export function measure(plan: Plan): SlotResult[] {
  const days = plan.learn + plan.quiet + plan.blocks;
  const world = new World({ ...plan, days });
  while (world.minute < plan.learn * day) world.live();
  const falseAlarms = countAlarms(world, (plan.learn + plan.quiet) * day);
  const noticed = timeBlocks(world, days * day);
  return plan.sizes.map((people, slot) => ({
    people,
    months: plan.quiet / 30,
    falseAlarms: falseAlarms.get(slot) ?? 0,
    noticed: noticed.get(slot) ?? [],
  }));
}

/** An alarm that ends and is back within an hour is one. */
function countAlarms(world: World, until: number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const last = new Map<number, number>();
  while (world.minute < until)
    for (const slot of world.live().keys()) {
      if (world.minute - (last.get(slot) ?? -day) > hour)
        counts.set(slot, (counts.get(slot) ?? 0) + 1);
      last.set(slot, world.minute);
    }
  return counts;
}

/** Blocks one slot after the other, at any time of the day, every twelve hours on average. */
function timeBlocks(world: World, until: number): ReadonlyMap<number, number[]> {
  const noticed = new Map<number, number[]>();
  const blocked = new Map<number, number>();
  let next = world.minute;
  while (world.minute < until) {
    if (world.minute >= next) {
      next += between(day / 4, (3 * day) / 4, world.random);
      blockOne(world, blocked);
    }
    const suspected = world.live();
    for (const [slot, since] of blocked) {
      const lasted = world.minute - since;
      if (!suspected.has(slot) && lasted < day) continue;
      noticed.set(slot, [
        ...(noticed.get(slot) ?? []),
        suspected.has(slot) ? lasted : Number.POSITIVE_INFINITY,
      ]);
      blocked.delete(slot);
      world.rotate(slot);
    }
  }
  return noticed;
}

/** Never more than a sixth of them at once. */
function blockOne(world: World, blocked: Map<number, number>): void {
  const free = [...world.seats.keys()].filter((slot) => !blocked.has(slot));
  const slot = free[Math.floor(world.random() * free.length)];
  if (slot === undefined || blocked.size >= Math.max(1, world.seats.length / 6)) return;
  world.seats[slot]!.group.isBlocked = true;
  blocked.set(slot, world.minute);
}
