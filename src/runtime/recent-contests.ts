import type { Contest } from "./effect-result.ts";

/** Others take this long, at most, to change again what was set back (ms). */
const reactionMs = 120_000;

interface Known {
  readonly contest: Contest;
  readonly untilMs: number;
}

/**
 * Which objects others change again and again, by key. One that was just set back is as it should be
 * for a moment: it counts as contested until the others have had their time.
 */
export class RecentContests {
  readonly #known = new Map<string, readonly Known[]>();

  /** Takes in what a pass has met. Times in ms. */
  note(key: string, contests: readonly Contest[], nowMs: number): void {
    const ids = new Set(contests.map(({ id }) => id));
    const before = (this.#known.get(key) ?? []).filter(
      ({ contest, untilMs }) => !ids.has(contest.id) && nowMs < untilMs,
    );
    const met = contests.map((contest) => ({
      contest,
      untilMs: nowMs + contest.ms + reactionMs,
    }));
    const known = [...before, ...met];
    if (known.length > 0) this.#known.set(key, known);
    else this.#known.delete(key);
  }

  /** What is contested. */
  of(key: string, nowMs: number): readonly Contest[] {
    const known = this.#known.get(key) ?? [];
    return known.filter(({ untilMs }) => nowMs < untilMs).map(({ contest }) => contest);
  }

  forget(key: string): void {
    this.#known.delete(key);
  }
}
