import { z } from "zod";
import { type Instant, parseInstant } from "../../values/time.ts";
import type { CountryReading } from "./feed.ts";

// Cloudflare Radar knows outages by two ways: anomalies of a country's traffic, found by a program,
// and annotations that people write, hours later, with the cause.

/** An answer may be no success although its status is 200. */
const refused = z.object({
  success: z.literal(false),
  errors: z.array(z.object({ code: z.number(), message: z.string() })),
});

const annotations = z.object({
  success: z.literal(true),
  result: z.object({
    annotations: z.array(
      z.object({
        startDate: z.string(),
        endDate: z.string().nullish(),
        locations: z.array(z.string()),
        outage: z.object({ outageCause: z.string(), outageType: z.string() }).nullish(),
      }),
    ),
  }),
});

const anomalies = z.object({
  success: z.literal(true),
  result: z.object({
    trafficAnomalies: z.array(
      z.object({
        type: z.string(),
        status: z.string(),
        startDate: z.string(),
        endDate: z.string().nullish(),
      }),
    ),
  }),
});

/** An outage of a whole country that goes on. */
export interface Outage {
  readonly since: Instant | undefined;
  readonly cause: string;
}

/** What Radar refused with, in its own words; undefined: it did not. */
export function refusalOf(body: unknown): string | undefined {
  const { data } = refused.safeParse(body);
  if (data === undefined) return undefined;
  return data.errors.map(({ code, message }) => `${code}: ${message}`).join("; ") || "no reason";
}

/** Outages of the whole country that people noted and that go on; undefined: unreadable. */
export function notedOutages(body: unknown, country: string): readonly Outage[] | undefined {
  return annotations
    .safeParse(body)
    .data?.result.annotations.filter(
      ({ endDate, locations, outage }) =>
        !endDate && locations.includes(country) && outage?.outageType === "NATIONWIDE",
    )
    .map(({ startDate, outage }) => ({
      since: parseInstant(startDate),
      cause: (outage?.outageCause ?? "").toLowerCase().replaceAll("_", " "),
    }));
}

/** Drops of the whole country's traffic that were verified and go on; undefined: unreadable. */
export function trafficDrops(body: unknown): readonly Outage[] | undefined {
  return anomalies
    .safeParse(body)
    .data?.result.trafficAnomalies.filter(
      ({ type, status, endDate }) => type === "LOCATION" && status === "VERIFIED" && !endDate,
    )
    .map(({ startDate }) => ({ since: parseInstant(startDate), cause: "traffic dropped" }));
}

/** What Radar says of a country now. */
export function readCountry(country: string, outages: readonly Outage[]): CountryReading {
  const [first] = outages;
  if (first === undefined)
    return {
      country,
      down: false,
      since: undefined,
      message: `Cloudflare Radar knows of no outage in ${country}`,
    };
  return { country, down: true, since: first.since, message: first.cause };
}
