import type { FeedAlert } from "../../outage.ts";
import type { FeedMemory } from "../feed-memory.ts";
import type { FeedName } from "../settings.ts";

/** What feeds said last. In memory only: whoever leads asks again. */
export class FeedReadings {
  readonly #memories = new Map<FeedName, FeedMemory>();
  readonly #listeners = new Set<(countries: ReadonlySet<string>) => void>();
  #revision = 0;

  /** Another one whenever something was learnt. */
  get revision(): number {
    return this.#revision;
  }

  get memories(): ReadonlyMap<FeedName, FeedMemory> {
    return this.#memories;
  }

  /** What feeds say of a country that they say is down. */
  alertsIn(country: string): readonly FeedAlert[] {
    return [...this.#memories.values()].flatMap(({ alerts }) => alerts.get(country) ?? []);
  }

  /** Calls `listener` with the countries that a feed says are down, or are so no longer. */
  onNews(listener: (countries: ReadonlySet<string>) => void): void {
    this.#listeners.add(listener);
  }

  learn(feed: FeedName, memory: FeedMemory): void {
    const before = this.#memories.get(feed)?.alerts ?? new Map<string, FeedAlert>();
    this.#memories.set(feed, memory);
    this.#revision++;
    const countries = new Set([
      ...[...before.keys()].filter((country) => !memory.alerts.has(country)),
      ...[...memory.alerts.keys()].filter((country) => !before.has(country)),
    ]);
    if (countries.size === 0) return;
    for (const listener of this.#listeners) listener(countries);
  }
}
