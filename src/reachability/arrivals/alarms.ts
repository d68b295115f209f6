import { type Instant, type Millis, millis, since } from "../../values/time.ts";
import type { ArrivalsEvidence } from "../evidence.ts";

interface Raised {
  readonly since: Instant;
  readonly at: Instant;
}

/**
 * A watch finds the same each minute while a lane is quiet. What it finds is worth telling when it
 * begins, and then only so often that it does not age: each time is a write, and a look at verdicts.
 */
export class Alarms {
  #raised: ReadonlyMap<string, Raised> = new Map();

  /**
   * What is worth telling of all that was found in this minute.
   * @param lasts how long evidence of an address counts; undefined where nobody wants it
   */
  news(
    found: readonly ArrivalsEvidence[],
    lasts: (address: string) => Millis | undefined,
  ): readonly ArrivalsEvidence[] {
    const before = this.#raised;
    const news = found.filter((one) => isNews(one, before.get(one.address), lasts(one.address)));
    this.#raised = new Map(
      found.flatMap(({ address, at, since }) => {
        const raised = news.some((one) => one.address === address)
          ? { at, since }
          : before.get(address);
        return raised === undefined ? [] : [[address, raised] as const];
      }),
    );
    return news;
  }

  /** Which addresses are suspected, and since when, as a text that two times can be compared by. */
  get state(): string {
    const all = [...this.#raised].map(([address, raised]) => `${address} ${raised.since}`);
    return all.toSorted().join();
  }
}

/** It is told again after half of the time that it counts for. */
function isNews(
  { at, since: from }: ArrivalsEvidence,
  raised: Raised | undefined,
  lasts: Millis | undefined,
): boolean {
  if (lasts === undefined) return false;
  if (raised?.since !== from) return true;
  const age = since(raised.at, at);
  return age < 0 || age >= millis(lasts / 2);
}
