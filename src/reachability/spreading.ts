import { type Instant, type Millis, isToCome, minutes, plus } from "../values/time.ts";
import type { CountryView } from "./outage.ts";
import { fewestTogether } from "./outage.ts";

/**
 * So long a slot waits at most, from when its address began to fail, to see whether most others of
 * the country follow: what is an outage is known as one only when half of them have failed.
 */
export const settling: Millis = minutes(1);

/** Whether addresses of a country fail one after another, so that it may become an outage. */
export function isSpreading({
  addresses,
  outage,
  now,
}: Pick<CountryView, "addresses" | "outage" | "now">): boolean {
  const onsets = addresses.flatMap(({ failing }) => failing?.since ?? []);
  const late = onsets.filter((since) => !hasSettled(since, now));
  return outage.percent < 100 && late.length >= fewestTogether;
}

/** Whether one that began to fail then has waited long enough. */
export function hasSettled(since: Instant, now: Instant): boolean {
  return now >= plus(since, settling) || isToCome(since, now);
}
