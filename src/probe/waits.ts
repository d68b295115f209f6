import type { Random } from "../values/random.ts";
import { type Millis, millis, minutes, seconds } from "../values/time.ts";

/** Waits are up to a quarter shorter or longer: tests on the dot would be easy to recognise. */
const jitter = 0.25;
/** When the country is back, that should soon be known: only then does anybody move again. */
const longestOffline: Millis = minutes(2);
const firstRefusal: Millis = minutes(1);
/** After the sixth refusal, about half an hour after the first, the agent ends. */
export const mostRefusals = 6;

/** A wait, varied. */
export function varied(wait: Millis, random: Random): Millis {
  return millis(Math.round(wait * (1 - jitter + 2 * jitter * random())));
}

/** The pause before the next address of a round: up to two seconds. */
export function pauseBetween(random: Random): Millis {
  return millis(Math.round(seconds(2) * random()));
}

/**
 * How long to wait from one round to the next: as asked, and twice as long after each failure to
 * reach the operator, up to two minutes. In a shutdown, tests find out nothing new.
 * @param failures rounds in a row in which the operator was not reached
 */
export function betweenRounds(everyMs: Millis, failures: number): Millis {
  if (failures === 0) return everyMs;
  return millis(Math.max(everyMs, Math.min(longestOffline, everyMs * 2 ** failures)));
}

/**
 * How long to wait before an operator is asked again that does not know the token; undefined when
 * it was asked often enough. It may have been the operator's own trouble, so that one refusal is
 * not the end.
 */
export function afterRefusal(refusals: number): Millis | undefined {
  return refusals >= mostRefusals ? undefined : millis(firstRefusal * 2 ** (refusals - 1));
}
