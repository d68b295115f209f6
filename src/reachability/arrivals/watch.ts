import { type Instant, type Millis, hours, millis, minutes, since } from "../../values/time.ts";
import type { ArrivalsEvidence } from "../evidence.ts";
import { type Compared, Others } from "./others.ts";
import { type SlotCounts, type SlotMemory, WatchedSlot } from "./watched-slot.ts";

/** A step that is longer, or goes backwards, is no minute: we paused, or the clock jumped. */
const longestStep = minutes(5);
/** A slot may be missing from a cache for a while; one that is gone for so long is forgotten. */
const forgottenAfter = hours(7 * 24);

/** A slot with a published address, as it is seen once a minute. */
export interface SlotSeen {
  /** namespace/fleet/slot. */
  readonly slot: string;
  /** The countries whose people it serves. */
  readonly audience: readonly string[];
  readonly address: string;
  /** Undefined where its pods' counts have a gap in this minute. */
  readonly counts: SlotCounts | undefined;
}

/** What is remembered of a slot, and when it was last there. */
export interface Remembered {
  readonly slot: string;
  readonly lastThere: Instant;
  readonly memory: SlotMemory;
}

interface Watched {
  readonly slot: WatchedSlot;
  readonly lastThere: Instant;
}

/**
 * Watches the new sessions of all slots of all fleets for one that goes quiet while the others go
 * on. In memory only; `remember` gives what is worth keeping over a restart.
 */
export class ArrivalsWatch {
  readonly #others = new Others();
  readonly #slots = new Map<string, Watched>();
  #before: Instant | undefined;

  constructor(remembered: readonly Remembered[] = []) {
    for (const { slot, lastThere, memory } of remembered)
      this.#slots.set(slot, {
        lastThere,
        slot: new WatchedSlot(memory.level.address, memory),
      });
  }

  /**
   * Takes in what came since the step before; to be called about once a minute.
   * @returns evidence against each slot that is suspected now
   */
  step(seen: readonly SlotSeen[], now: Instant): ArrivalsEvidence[] {
    const lasted = since(this.#before ?? now, now);
    this.#before = now;
    for (const one of seen) this.#publish(one, now);
    this.#forget(now);
    return lasted <= 0 || lasted > longestStep ? [] : this.#judge(seen, { now, lasted });
  }

  remember(): Remembered[] {
    return [...this.#slots].map(([key, { slot, lastThere }]) => ({
      slot: key,
      lastThere,
      memory: slot.memory,
    }));
  }

  #judge(
    seen: readonly SlotSeen[],
    { now, lasted }: { readonly now: Instant; readonly lasted: Millis },
  ): ArrivalsEvidence[] {
    const from = (now - lasted) as Instant;
    const others = this.#others.step(
      seen.flatMap((one) => this.#comparedAt(one, { from, lasted })),
      lasted,
    );
    return seen.flatMap(({ slot, audience, counts }) => {
      if (counts === undefined) return [];
      const key = { slot, audience: audienceText(audience) };
      const evidence = this.#slots
        .get(slot)
        ?.slot.see({ from, lasted, counts, others: others(key) });
      return evidence === undefined ? [] : [evidence];
    });
  }

  /** A slot that is suspected itself says nothing of the others. */
  #comparedAt(
    { slot, audience, counts }: SlotSeen,
    { from, lasted }: { readonly from: Instant; readonly lasted: Millis },
  ): Compared[] {
    const watched = this.#slots.get(slot)?.slot;
    const usual = watched?.usual(from);
    if (counts === undefined || usual === undefined || watched?.isSuspected !== false) return [];
    const { perHour } = usual;
    const expected = perHour * (lasted / hours(1));
    return [
      { slot, audience: audienceText(audience), arrivals: counts.arrivals, expected, perHour },
    ];
  }

  #publish({ slot, address }: SlotSeen, now: Instant): void {
    const watched = this.#slots.get(slot)?.slot ?? new WatchedSlot(address);
    watched.publishedAt(address);
    this.#slots.set(slot, { slot: watched, lastThere: now });
  }

  #forget(now: Instant): void {
    for (const [slot, { lastThere }] of this.#slots)
      if (millis(now - lastThere) > forgottenAfter) this.#slots.delete(slot);
  }
}

function audienceText(countries: readonly string[]): string {
  return [...new Set(countries)].sort().join(" ");
}
