import type { SessionCounts } from "../wire.ts";

/** Counts of one slot over time; null where they were not known. */
export type Counts = readonly (number | null)[];

/** An hour, at a count each 15 s. */
const most = 240;

/** What was counted since the page was opened. It is kept nowhere else. */
export class SessionHistory {
  readonly #slots = new Map<string, (number | null)[]>();

  add(counts: SessionCounts): void {
    for (const [key, slots] of Object.entries(counts))
      for (const [slot, count] of slots.entries()) {
        const known = this.#slots.get(`${key} ${slot}`) ?? [];
        known.push(count);
        if (known.length > most) known.shift();
        this.#slots.set(`${key} ${slot}`, known);
      }
  }

  of(key: string, slot: number): Counts {
    return this.#slots.get(`${key} ${slot}`) ?? [];
  }
}
