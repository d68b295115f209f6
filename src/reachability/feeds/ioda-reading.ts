import { z } from "zod";
import { type Instant, instant, minutes, since } from "../../values/time.ts";
import type { CountryReading } from "./feed.ts";

// IODA (ioda.inetintel.cc.gatech.edu) counts how much of a country's network is visible in routing
// (bgp), and how much answers probes (ping-slash24). A shutdown may leave the routes in place, so
// each counts by itself.

export const datasources = ["bgp", "ping-slash24"] as const;

/** A series that ends earlier than this says nothing about now: its newest values come late. */
const freshFor = minutes(60);

/** A country is down where less than this share of what is usual is left. */
const downBelow = 0.5;

/** So many values in a row must be low: single ones are, where IODA's own probes fail. */
const inARow = 2;

const series = z.object({
  datasource: z.string(),
  from: z.int(),
  step: z.int().positive(),
  values: z.array(z.number().nullable()),
});

/** Data is a list of lists, and an answer may hold an error although its status is 200. */
const answer = z.object({
  error: z.unknown().refine((error) => error === null || error === undefined || error === ""),
  data: z.array(z.array(series)),
});

export type Series = z.infer<typeof series>;

/** The series of an answer; undefined: it has an error, or an unknown form. */
export function seriesOf(body: unknown): readonly Series[] | undefined {
  return answer.safeParse(body).data?.data.flat();
}

interface Point {
  readonly at: Instant;
  readonly value: number;
}

/** What a country's series say now. */
export function readCountry(country: string, all: readonly Series[], now: Instant): CountryReading {
  const states = all.flatMap((one) => stateOf(one, now));
  const low = states.find(({ downSince }) => downSince !== undefined);
  if (low?.downSince !== undefined) {
    const message = `it sees ${low.percent}% of what is usual (${low.datasource})`;
    return { country, down: true, since: low.downSince, message };
  }
  return states.length === 0
    ? {
        country,
        down: undefined,
        since: undefined,
        message: `IODA has no new figures on ${country}`,
      }
    : { country, down: false, since: undefined, message: `IODA sees ${country} as usual` };
}

interface State {
  readonly datasource: string;
  readonly percent: number;
  readonly downSince: Instant | undefined;
}

/** Nothing where the series is empty or too old. */
function stateOf(one: Series, now: Instant): readonly State[] {
  const points = pointsOf(one);
  const newest = points.at(-1);
  if (newest === undefined || since(newest.at, now) > freshFor) return [];
  const usual = usualOf(points);
  if (usual === 0) return [];
  const lastGood = points.findLastIndex(({ value }) => value >= usual * downBelow);
  const low = points.slice(lastGood + 1);
  const downSince = low.length >= inARow ? low[0]?.at : undefined;
  return [
    { datasource: one.datasource, percent: Math.round((100 * newest.value) / usual), downSince },
  ];
}

function pointsOf({ from, step, values }: Series): readonly Point[] {
  return values.flatMap((value, index) =>
    value === null ? [] : [{ at: instant((from + index * step) * 1000), value }],
  );
}

/** The 90th percentile: it stays what it was, also days into an outage. */
function usualOf(points: readonly Point[]): number {
  const sorted = points.map(({ value }) => value).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.9)] ?? 0;
}
