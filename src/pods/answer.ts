import { type Instant, type Millis, seconds, since } from "../values/time.ts";
import type { Lag } from "./lag.ts";
import type { PodStatus } from "./status.ts";

/** How a pod answered when it was last asked. */
export interface PodAnswer {
  readonly at: Instant;
  /** Undefined where it did not answer. */
  readonly status: PodStatus | undefined;
  /** How it lagged behind the wanted configuration, where it did. */
  readonly lag?: Lag | undefined;
}

/** Sessions come and go: an older answer does not say how many there are now. */
const fresh: Millis = seconds(5);

/** Whether an answer still shows what is so now. A clock that jumped makes it old. */
export function isFresh(answer: PodAnswer | undefined, now: Instant): answer is PodAnswer {
  if (answer === undefined) return false;
  const age = since(answer.at, now);
  return age >= 0 && age < fresh;
}
