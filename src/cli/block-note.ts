import { countryRemedy, isCountry } from "../api/countries.ts";
import { canonicalIp } from "../values/ip.ts";
import type { Instant } from "../values/time.ts";
import { ReportError } from "./report-error.ts";

/** What a person reports: an address that people in a country no longer reach. */
export interface BlockNote {
  /** In its usual text. */
  readonly address: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** What the person adds, in one line; may be empty. */
  readonly reason: string;
}

/** The same, as it was typed. */
export interface TypedNote {
  readonly address: string | undefined;
  readonly country: string | undefined;
  readonly reason: string | undefined;
}

/**
 * With the time behind it, it stays below the 512 characters that a verdict takes over of a report.
 */
const longestReason = 400;

/** Reads what was typed. @throws ReportError naming the argument and the remedy */
export function readNote({ address, country, reason = "" }: TypedNote): BlockNote {
  return {
    address: readAddress(address),
    country: readCountry(country),
    reason: inOneLine(reason),
  };
}

/**
 * The text of the annotation proxyfleet.dev/report-blocked. The time makes it another one than any
 * before: the operator answers each text once.
 */
export function annotationText({ address, country, reason }: BlockNote, now: Instant): string {
  const time = new Date(now).toISOString();
  return [address, country, reason, time].filter((part) => part !== "").join(" ");
}

/** A country's English name, so that a person sees a wrong code; undefined where there is none. */
export function countryName(code: string): string | undefined {
  return new Intl.DisplayNames("en", { type: "region", fallback: "none" }).of(code);
}

function readAddress(text: string | undefined): string {
  if (text === undefined)
    throw new ReportError("say which address is blocked: see proxyfleet report --help");
  const address = canonicalIp(text);
  if (address === undefined)
    throw new ReportError(
      `"${text}" is no IP address: write it as kubectl get wapa shows it, such as 203.0.113.12`,
    );
  return address;
}

function readCountry(text: string | undefined): string {
  if (text === undefined)
    throw new ReportError(
      "say where it is blocked, such as --country IR: see proxyfleet report --help",
    );
  const code = text.toUpperCase();
  if (!/^[A-Z]{2}$/.test(code) || countryName(code) === undefined)
    throw new ReportError(
      `--country "${text}" is no country: write its two letters (ISO 3166-1), such as IR`,
    );
  // "UK" has a name, but no verdict counts for it: Britain's code is GB.
  if (!isCountry(code))
    throw new ReportError(
      `--country "${text}" is not its code in ISO 3166-1: ${countryRemedy(code)}`,
    );
  return code;
}

/** A status takes no line breaks. */
function inOneLine(reason: string): string {
  const line = reason.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  if (line.length <= longestReason) return line;
  throw new ReportError(`--reason has ${line.length} characters: write at most ${longestReason}`);
}
