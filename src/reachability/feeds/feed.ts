import type { Instant } from "../../values/time.ts";
import type { ServiceAnswer } from "../sources/source.ts";

/**
 * What a feed says of a country as a whole. It sees no address of ours: it is a reason to hold, and
 * never one to move.
 */
export interface CountryReading {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** undefined: it has nothing that is new enough. */
  readonly down: boolean | undefined;
  /** When it went down, where it is. */
  readonly since: Instant | undefined;
  /** Why, for people: which figures, or what caused it. Who says so, and since when, is added. */
  readonly message: string;
}

/** What a feed said when it was asked. */
export interface FeedRound {
  readonly readings: readonly CountryReading[];
  readonly answer: ServiceAnswer;
}

/** A service that watches whole countries. Asking it never throws, and ends with `signal`. */
export interface OutageFeed {
  read(countries: readonly string[], signal: AbortSignal): Promise<FeedRound>;
}
