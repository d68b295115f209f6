import { type Instant, type Millis, minutes, plus } from "../values/time.ts";
import type { NewsItem } from "./item.ts";

/** A link follows from what is published, within moments. After this, somebody should look. */
const patience: Millis = minutes(5);

/** What a look shows of news that wait for their link. */
export interface LinkLook {
  /** They have waited for long, which was not reported before. */
  readonly overdue: readonly NewsItem[];
  /** No link came for as long as they could be announced: nobody is sent them any more. */
  readonly expired: readonly NewsItem[];
}

interface LinkWait {
  readonly item: NewsItem;
  readonly since: Instant;
  readonly isReported: boolean;
}

/** Which news one receiver does not get yet because their link is not known. */
export class LinkWaits {
  #waits: ReadonlyMap<string, LinkWait> = new Map();

  /** How many wait. */
  get size(): number {
    return this.#waits.size;
  }

  /**
   * Takes in all news that have no link now. What is not among them any more has its link, or is
   * not news any more.
   * @param now what is announced counts by it
   * @param tick never goes back: what is late counts by it
   */
  look(unlinked: readonly NewsItem[], now: Instant, tick: Instant): LinkLook {
    const before = this.#waits;
    const waits = unlinked.map((item) => before.get(idOf(item)) ?? begun(item, tick));
    const overdue = waits.filter(
      ({ since, isReported }) => !isReported && tick >= plus(since, patience),
    );
    const late = new Set(overdue);
    const next = waits.map((wait) => (late.has(wait) ? { ...wait, isReported: true } : wait));
    this.#waits = new Map(next.map((wait) => [idOf(wait.item), wait]));
    const ended = [...before].filter(([id]) => !this.#waits.has(id)).map(([, { item }]) => item);
    return {
      overdue: overdue.map(({ item }) => item),
      expired: ended.filter(({ announcedUntil }) => announcedUntil <= now),
    };
  }
}

function begun(item: NewsItem, since: Instant): LinkWait {
  return { item, since, isReported: false };
}

/** An entry that is published again is other news. */
function idOf({ subject, origin, at }: NewsItem): string {
  return JSON.stringify([subject, origin, at]);
}
