import type { Random } from "../../values/random.ts";
import type { People } from "../people/people.ts";
import type { Agenda } from "../world/agenda.ts";
import type { Border } from "../world/border.ts";
import type { Day } from "../world/day.ts";
import type { Road } from "../world/road.ts";

/** What a censor sees, and what it can do. */
export interface CensorScene {
  readonly agenda: Agenda;
  readonly border: Border;
  readonly road: Road;
  readonly people: People;
  readonly day: Day;
  /** Names of the country's providers, those that obey first at the front. */
  readonly isps: readonly string[];
  /** The networks of the hosting provider that an address belongs to (CIDRs). */
  readonly providerOf: (address: string) => readonly string[];
  /** A stream of its own for each part of a censor. */
  readonly random: (name: string) => Random;
}
