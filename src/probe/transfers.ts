import type { TestOutcome } from "../reachability/evidence.ts";
import type { Instant } from "../values/time.ts";

/** So often in a row a transfer that failed is tried again at once: a block is no single failure. */
const mostInARow = 3;

interface Last {
  readonly at: Instant;
  /** How many failed in a row. */
  readonly failed: number;
}

/** Which addresses 48 KB go through in a round: seldom, since it costs the volunteer's traffic. */
export class Transfers {
  #last: ReadonlyMap<string, Last> = new Map();

  /** The clock may have been set: only the time between counts, in either direction. */
  isDue(address: string, everyMs: number, now: Instant): boolean {
    const last = this.#last.get(address);
    if (last === undefined || Math.abs(now - last.at) >= everyMs) return true;
    return last.failed > 0 && last.failed < mostInARow;
  }

  /** Takes in how a test ended that should have moved bytes, if it came that far. */
  ended(address: string, outcome: TestOutcome, at: Instant): void {
    if (!hasMoved(outcome)) return;
    const before = this.#last.get(address)?.failed ?? 0;
    const failed = outcome.kind === "Failed" ? before + 1 : 0;
    this.#last = new Map(this.#last).set(address, { at, failed });
  }

  /** Forgets addresses that are tested no more. */
  keepOnly(addresses: ReadonlySet<string>): void {
    this.#last = new Map([...this.#last].filter(([address]) => addresses.has(address)));
  }
}

/** Whether bytes were moved at all, be it all of them. */
function hasMoved(outcome: TestOutcome): boolean {
  if (outcome.kind === "Failed") return outcome.at === "transfer";
  return outcome.upTo === "upstream" || outcome.upTo === "transfer";
}
