import { type Rights, maySee } from "./rights.ts";
import type { SessionCounts } from "./wire.ts";

/** Open sessions of each slot of a fleet; undefined where they are not known. */
export interface CountedFleet {
  readonly key: string;
  readonly namespace: string;
  readonly sessions: readonly (number | undefined)[];
}

/** The counts that somebody with these rights sees. Fleets of which nothing is known are left out. */
export function sessionCounts(rights: Rights, fleets: Iterable<CountedFleet>): SessionCounts {
  return Object.fromEntries(
    [...fleets]
      .filter(({ namespace }) => maySee(rights, namespace))
      .filter(({ sessions }) => sessions.some((count) => count !== undefined))
      .map(({ key, sessions }) => [key, sessions.map((count) => count ?? null)]),
  );
}
