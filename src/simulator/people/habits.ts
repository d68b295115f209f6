import type { Random } from "../../values/random.ts";
import { type Millis, minutes } from "../../values/time.ts";
import { exponential } from "../world/chance.ts";

/** How soon somebody opens a link that was sent to the group. */
export type Temper = "prompt" | "late" | "never";

/** What people of a country do. Times are hours of use, which the night does not count to. */
export interface Habits {
  /** Shares of people: the rest never opens a link unless they are cut off and ask. */
  readonly prompt: number;
  readonly late: number;
  /** Mean time until a prompt or a late person has opened a new link. */
  readonly promptMean: Millis;
  readonly lateMean: Millis;
  /** Mean time until somebody who is cut off notices, and looks for a new link. */
  readonly noticeMean: Millis;
  /** Who finds no new link looks again after this mean time. */
  readonly lookAgainMean: Millis;
  /** Who never opens a link waits this long for somebody to help. */
  readonly helpMean: Millis;
  /** Who is cut off for so long gives up with this chance, and comes back after a mean time. */
  readonly giveUpAfter: Millis;
  readonly giveUpChance: number;
  readonly comeBackMean: Millis;
  /** Share of people who press the button on the share page when they are cut off. */
  readonly reports: number;
}

/** Draws a person's temper. */
export function temperOf({ prompt, late }: Habits, random: Random): Temper {
  const drawn = random();
  if (drawn < prompt) return "prompt";
  return drawn < prompt + late ? "late" : "never";
}

/** How long a person uses the phone before a new link is opened; undefined: it never is. */
export function openingTime(
  { promptMean, lateMean }: Habits,
  temper: Temper,
  random: Random,
): Millis | undefined {
  switch (temper) {
    case "prompt":
      return exponential(random, promptMean);
    case "late":
      return exponential(random, lateMean);
    case "never":
      return undefined;
  }
}

/** How long a person who is cut off uses the phone before looking for a new link. */
export function seekingTime(habits: Habits, temper: Temper, random: Random): Millis {
  const { noticeMean, helpMean } = habits;
  const notices = exponential(random, noticeMean) + minutes(1);
  return (notices + (temper === "never" ? exponential(random, helpMean) : 0)) as Millis;
}
