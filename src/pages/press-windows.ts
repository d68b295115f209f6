import { type Millis, millis, minutes } from "../values/time.ts";
import type { Presses } from "./presses.ts";

/** What people said about one page since it was reported last. */
export interface DuePresses extends Presses {
  /** Since the first of these presses. */
  readonly spanMs: Millis;
}

/** One page becomes evidence once in this time, however often its button is pressed. */
export const pressWindow: Millis = minutes(10);

interface Window {
  readonly presses: Presses;
  /** Of the first press that was not reported yet. */
  readonly firstAtMs: number;
  readonly reportedAtMs: number;
}

/**
 * Decides when presses become a report: the first of a page at once, since somebody is cut off now;
 * what follows within the window together, at its end. All times are of a clock that never goes back.
 */
export class PressWindows {
  readonly #windows = new Map<string, Window>();

  add(presses: Presses, nowMs: number): void {
    const key = `${presses.page} ${presses.shown}`;
    const before = this.#windows.get(key);
    const count = (before?.presses.count ?? 0) + presses.count;
    this.#windows.set(key, {
      presses: { ...presses, count },
      firstAtMs: before === undefined || before.presses.count === 0 ? nowMs : before.firstAtMs,
      reportedAtMs: before?.reportedAtMs ?? -Infinity,
    });
  }

  /** What is to be reported now. A page whose window ends without a press is forgotten. */
  due(nowMs: number): readonly DuePresses[] {
    const over = [...this.#windows].filter(
      ([, { reportedAtMs }]) => nowMs - reportedAtMs >= pressWindow,
    );
    return over.flatMap(([key, { presses, firstAtMs }]) => {
      this.#windows.delete(key);
      if (presses.count === 0) return [];
      const reported = { ...presses, count: 0 };
      this.#windows.set(key, { presses: reported, firstAtMs: nowMs, reportedAtMs: nowMs });
      return [{ ...presses, spanMs: millis(nowMs - firstAtMs) }];
    });
  }

  /** Where another replica leads, nothing is known any more. */
  clear(): void {
    this.#windows.clear();
  }

  /** Pages that are remembered. */
  get size(): number {
    return this.#windows.size;
  }
}
