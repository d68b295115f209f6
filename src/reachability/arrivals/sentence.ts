import { type Millis, hours, minutes } from "../../values/time.ts";
import type { Quiet } from "./arrivals-test.ts";

/**
 * The reason in a sentence: "12 new sessions an hour are usual at this time, none came in 40 min,
 * while other slots had 95 % of theirs".
 */
export function sentenceOf(quiet: Quiet): string {
  const usual = Math.round(quiet.usual / (quiet.lasted / hours(1)));
  const came = Math.max(0, Math.round(quiet.arrivals));
  return [
    `${usual} new sessions an hour are usual at this time`,
    `${cameIn(came)} in ${spoken(quiet.lasted)}`,
    ...failed(quiet.failures),
    `while other slots had ${shareOfOthers(quiet)} % of theirs`,
  ].join(", ");
}

/**
 * How unlikely so few sessions are, from 0 to 1, by habit and by what the others had: the
 * probability of a Poisson distribution up to the count, both divided by how unevenly sessions come.
 */
export function chanceOf({ arrivals, expected }: Quiet, dispersion: number): number {
  const mean = expected / dispersion;
  const most = Math.ceil(Math.max(0, arrivals) / dispersion);
  let term = Math.exp(-mean);
  let sum = term;
  for (let count = 1; count <= most; count++) {
    term *= mean / count;
    sum += term;
  }
  return Math.min(1, sum);
}

function cameIn(count: number): string {
  return count === 0 ? "none came" : `${count} came`;
}

function failed(failures: number): string[] {
  const count = Math.round(failures);
  if (count <= 0) return [];
  return [`${count} ${count === 1 ? "connection" : "connections"} failed in the TLS handshake`];
}

function spoken(lasted: Millis): string {
  const whole = Math.round(lasted / minutes(1));
  if (whole < 120) return `${whole} min`;
  return `${Math.round(whole / 60)} h`;
}

/** In steps of 5: a fleet's owner need not know how other groups fare in detail. */
function shareOfOthers({ others }: Quiet): number {
  return Math.min(100, 5 * Math.round((20 * others.arrivals) / others.expected));
}
