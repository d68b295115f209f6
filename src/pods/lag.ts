import type { PodStatus } from "./status.ts";

/**
 * A pod answers again and again, and stands still each time at a configuration that is not the
 * wanted one: at which, and from which to which of its own uptimes (s).
 */
export interface Lag {
  readonly revision: string;
  readonly from: number;
  readonly to: number;
}

/**
 * How a pod lags now that it has answered. It counts by the pod's own clock, since the operator's
 * may jump, and from the first answer that showed it; a pod that does not say its uptime has none.
 * After a silence it counts from zero: nobody knows what the pod had loaded meanwhile.
 * @param before how it lagged at its answer before; undefined where it did not, or was silent since
 * @param wanted the revision that it should have loaded; undefined where nobody knows that
 */
export function lagOf(
  before: Lag | undefined,
  { revision, uptimeSeconds: to }: PodStatus,
  wanted: string | undefined,
): Lag | undefined {
  if (wanted === undefined || revision === wanted || to === undefined) return undefined;
  const goesOn = before?.revision === revision && before.to <= to;
  return { revision, from: goesOn ? before.from : to, to };
}
