// values: plain values that any program could use, such as times, IP ranges, selectors and errors.
// They import nothing of ours.

import { ProxyfleetError } from "./errors.ts";

/** A length of time in milliseconds. */
export type Millis = number & { readonly unit: "ms" };
/** A point in time: milliseconds since 1970-01-01 UTC. */
export type Instant = number & { readonly unit: "instant" };

export const millis = (ms: number): Millis => ms as Millis;
export const seconds = (s: number): Millis => millis(s * 1000);
export const minutes = (m: number): Millis => seconds(m * 60);
export const hours = (h: number): Millis => minutes(h * 60);
export const instant = (ms: number): Instant => ms as Instant;

/** Two clocks that lie no further apart than this say the same. */
export const clockTolerance: Millis = minutes(1);

export class DurationError extends ProxyfleetError {}

const unitMs = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Reads a duration as Go writes it: `1h30m`, `0s`, `1.5h`. @throws DurationError */
export function parseDuration(text: string): Millis {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gy)];
  if (parts.map(([part]) => part).join("") !== text || parts.length === 0) {
    throw new DurationError(`"${text}" is no duration: write it like 90s, 30m or 1h30m`);
  }
  return millis(
    parts.reduce(
      (sum, [, count, unit]) => sum + Number(count) * unitMs[unit as keyof typeof unitMs],
      0,
    ),
  );
}

/** The point in time this much later. */
export function plus(at: Instant, by: Millis): Instant {
  return instant(at + by);
}

/** How much time has passed. */
export function since(from: Instant, now: Instant): Millis {
  return millis(now - from);
}

/**
 * Whether a time was written by a clock that went back since: it lies further ahead than two clocks
 * that say the same may differ, and says nothing of an age.
 */
export function isToCome(at: Instant, now: Instant): boolean {
  return at > plus(now, clockTolerance);
}

/** RFC 3339 has four digits for a year, and no year before 0. */
const writable = { first: -62_167_219_200_000, last: 253_402_300_799_000 };

/**
 * RFC 3339 in whole seconds, as Kubernetes writes times. What lies beyond the year 9999, as after a
 * drain that is never to end, is the end of that year.
 */
export function formatInstant(at: Instant): string {
  const written = Math.min(Math.max(at, writable.first), writable.last);
  return new Date(written).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/**
 * A plan explains every slot, and mostly with the times of the plan before: writing them again
 * would take a third of its time.
 */
const knownTexts = new Map<Instant, string>();
const mostKnownTexts = 4096;

/** A time as messages give it: `2026-11-23 14:00 UTC`. */
export function spokenTime(at: Instant): string {
  const known = knownTexts.get(at);
  if (known !== undefined) return known;
  if (knownTexts.size >= mostKnownTexts) knownTexts.clear();
  const text = `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  knownTexts.set(at, text);
  return text;
}

/** A length of time as Go writes it, in whole seconds: `48h`, `1h30m`, `45s`. */
export function formatDuration(ms: Millis): string {
  const total = Math.round(ms / 1000);
  const parts = [
    [Math.floor(total / 3600), "h"],
    [Math.floor(total / 60) % 60, "m"],
    [total % 60, "s"],
  ] as const;
  return (
    parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count}${unit}`)
      .join("") || "0s"
  );
}

/** Reads an RFC 3339 time; undefined where there is none. */
export function parseInstant(text: string | undefined): Instant | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : instant(ms);
}

/** The later of two points in time. */
export function latest(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

/** The earliest of the given points in time, if there is one. */
export function earliest(...times: readonly (Instant | undefined)[]): Instant | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : instant(Math.min(...known));
}

/** The moment as other libraries take it. */
export function dateOf(at: Instant): Date {
  return new Date(at);
}
