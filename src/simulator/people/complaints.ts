import { type Instant, type Millis, minutes, since } from "../../values/time.ts";
import type { Random } from "../../values/random.ts";
import type { Agenda } from "../world/agenda.ts";
import { exponential } from "../world/chance.ts";
import type { Day } from "../world/day.ts";
import type { People } from "./people.ts";

/** Somebody who looks after the fleet. */
export interface AdminHabits {
  /** So many people of a group must complain within this time. */
  readonly complaints: number;
  readonly within: Millis;
  /** Mean time until the complaints are read, within working hours. */
  readonly readsMean: Millis;
  readonly hours: readonly [from: number, to: number];
}

export const usualAdmin: AdminHabits = {
  complaints: 2,
  within: minutes(12 * 60),
  readsMean: minutes(60),
  hours: [8, 23],
};

interface Hearing {
  readonly people: People;
  readonly agenda: Agenda;
  readonly day: Day;
  readonly random: Random;
  readonly isPublished: (group: number, address: string) => boolean;
}

/** Calls `act` once for each address that enough people complained about. */
export function hearComplaints(
  { people, agenda, day, random, isPublished }: Hearing,
  { complaints, within, readsMean, hours }: AdminHabits,
  act: (group: number, address: string) => void,
): void {
  const heard = new Map<string, Map<number, Instant>>();
  const acting = new Set<string>();
  people.listen({
    onReport: ({ id, group }, address) => {
      const now = agenda.now();
      const own = heard.get(address) ?? new Map<number, Instant>();
      heard.set(address, own.set(id, now));
      const recent = [...own.values()].filter((at) => since(at, now) <= within);
      if (recent.length < complaints || acting.has(address)) return;
      acting.add(address);
      agenda.timer(day.untilBetween(now, hours) + exponential(random, readsMean), () => {
        acting.delete(address);
        heard.delete(address);
        if (isPublished(group, address)) act(group, address);
      });
    },
  });
}
