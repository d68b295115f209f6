import type { Random } from "../values/random.ts";
import { type Instant, type Millis, hours } from "../values/time.ts";
import type { ServiceAnswer } from "./sources/source.ts";

/** How a round ended. Some end before the service is asked. */
export type RoundAnswer =
  | ServiceAnswer
  /** Which Secret and key, and how to make it. */
  | { readonly kind: "tokenMissing"; readonly message: string }
  /** This operator has no endpoint for agents. */
  | { readonly kind: "agentsNotServed" }
  /** This version can't ask such a source. */
  | { readonly kind: "notImplemented" };

/** What is remembered of a vantage point's rounds. It ends with the process. */
export interface RoundMemory {
  /** The spec that they were made for: another one is tried at once. */
  readonly uid: string;
  readonly generation: number;
  /** When the last round ended, and when the last one of all addresses did. */
  readonly endedAt: Instant;
  readonly fullAt: Instant;
  readonly answer: RoundAnswer;
  /** Rounds in a row in which the service failed. */
  readonly failures: number;
  /** Rounds of suspected addresses alone since the last one of all. */
  readonly quickRounds: number;
  /** From 0 to 1: spreads the next round. */
  readonly jitter: number;
  /** When tests last had results, and how many. */
  readonly last: LastResults | undefined;
}

export interface LastResults {
  readonly at: Instant;
  readonly results: number;
}

/** What a service still gives, as it said last. */
export interface Quota {
  readonly left: number;
  readonly renewedAt: Instant;
}

/** A round that has ended. */
export interface RoundEnd {
  readonly uid: string;
  readonly generation: number;
  readonly answer: RoundAnswer;
  readonly results: number;
  /** Of suspected addresses alone. */
  readonly isQuick: boolean;
}

/** How long a service may ask to be left alone, at most: none may put a vantage point to sleep. */
export const longestWish: Millis = hours(2);

/** Remembers a round that has ended. */
export function afterRound(
  before: RoundMemory | undefined,
  { uid, generation, answer, results, isQuick }: RoundEnd,
  { now, random }: { readonly now: Instant; readonly random: Random },
): RoundMemory {
  const known = before?.uid === uid ? before : undefined;
  return {
    uid,
    generation,
    endedAt: now,
    fullAt: isQuick ? (known?.fullAt ?? now) : now,
    answer,
    failures: answer.kind === "failed" ? (known?.failures ?? 0) + 1 : 0,
    quickRounds: isQuick ? (known?.quickRounds ?? 0) + 1 : 0,
    jitter: random(),
    last: results > 0 ? { at: now, results } : known?.last,
  };
}
