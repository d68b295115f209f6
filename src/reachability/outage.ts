import {
  type Instant,
  type Millis,
  hours,
  instant,
  millis,
  minutes,
  plus,
  spokenTime,
} from "../values/time.ts";
import type { PlaceWord, SeenAddress } from "./country-view.ts";
import { spokenSpan } from "./sentence.ts";

/** What an outage feed says of a country. */
export interface FeedAlert {
  /** Such as IODA. */
  readonly feed: string;
  /** When the outage began. */
  readonly since: Instant;
  /** When the feed last said that it goes on. */
  readonly seenAt: Instant;
  /** In the feed's words. */
  readonly message: string;
}

/** All that is known of a country: over all fleets, pools and namespaces. */
export interface CountryView {
  readonly country: string;
  /** The published addresses of all fleets whose audience the country belongs to. */
  readonly addresses: readonly SeenAddress[];
  readonly places: readonly PlaceWord[];
  readonly feeds: readonly FeedAlert[];
  /**
   * More than this share of the addresses, beginning to fail within this time of each other, is an
   * outage, as a fleet says; 100 %: never.
   */
  readonly outage: { readonly percent: number; readonly within: Millis };
  readonly now: Instant;
}

/** Why nothing moves for people of a country. */
export interface Outage {
  readonly kind: "ControlsFail" | "NothingElseReached" | "FailTogether" | "NobodyVouches" | "Feed";
  readonly because: string;
  /** When it ends though nothing else is heard; undefined where the next tests end it. */
  readonly until: Instant | undefined;
}

type Check = (view: CountryView) => Outage | undefined;

/** The first check that finds an outage names it: the surest come first. */
const checks: readonly Check[] = [
  controlsFail, // what no censor sits in front of fails as well
  nothingElseReached, // people's lines are down
  failTogether, // everything failing at once is no block
  nobodyVouches, // where few addresses are published, all may fail by chance
  feedReports,
];

/**
 * Whether what fails in a country looks like an outage, so that nothing may move: moving would burn
 * the pools. It ends by itself, at `until` or with newer evidence.
 */
export function suspectedOutage(view: CountryView): Outage | undefined {
  for (const check of checks) {
    const outage = check(view);
    if (outage !== undefined) return outage;
  }
  return undefined;
}

/** One dead address among others is only that; it is no block either, since its control fails. */
function controlsFail({ addresses, country }: CountryView): Outage | undefined {
  const tried = addresses.filter(({ control }) => control !== "Silent");
  const failing = tried.filter(({ control }) => control === "Fails");
  if (failing.length * 2 <= tried.length) return undefined;
  const because = `the controls fail at ${of(failing.length, tried.length, "address")} published for ${country}: it is an outage, and no block. Nothing moves until the controls see them answer`;
  return { kind: "ControlsFail", because, until: undefined };
}

function nothingElseReached({ places, country }: CountryView): Outage | undefined {
  const down = places.filter(({ reachesAnything }) => !reachesAnything);
  if (down.length * 2 <= places.length) return undefined;
  const many = of(down.length, places.length, "vantage point");
  const [reach, lines] =
    down.length === 1 ? ["reaches", "its line is"] : ["reach", "their lines are"];
  const because = `${many} in ${country} ${reach} nothing else either: ${lines} down. Nothing moves until most reach something`;
  return { kind: "NothingElseReached", because, until: undefined };
}

/** The fewest addresses whose common failure is an outage: two may well be blocked on one day. */
export const fewestTogether = 3;

function failTogether({ addresses, outage, country, now }: CountryView): Outage | undefined {
  const { percent, within } = outage;
  const known = countedFor(addresses);
  const onsets = addresses.flatMap(({ failing }) => failing?.since ?? []);
  const group = groupsWithin(onsets, within).findLast(
    ({ last, size }) =>
      now < plus(last, within) && size >= fewestTogether && size * 100 > percent * known.length,
  );
  if (group === undefined) return undefined;
  const { first, last, size } = group;
  const until = plus(last, within);
  const took = spokenSpan(millis(last - first)) || " at once";
  const because = `${of(size, known.length, "address")} published for ${country} began to fail${took}: that looks like an outage. Nothing moves until they work, or until ${spokenTime(until)}`;
  return { kind: "FailTogether", because, until };
}

/**
 * The addresses among which the failing ones are counted: those that something is known of. Where
 * nobody tests any, people would say of the others that they fail as well.
 */
function countedFor(addresses: readonly SeenAddress[]): readonly SeenAddress[] {
  const isTested = ({ failing, reachedAt }: SeenAddress) =>
    failing?.byTests === true || reachedAt !== undefined;
  if (!addresses.some(isTested)) return addresses;
  return addresses.filter((one) => one.failing !== undefined || one.reachedAt !== undefined);
}

interface Group {
  readonly first: Instant;
  readonly last: Instant;
  readonly size: number;
}

/** For each of these times, those that lie within so long before it; in their order. */
function groupsWithin(times: readonly Instant[], within: Millis): readonly Group[] {
  const sorted = times.toSorted((a, b) => a - b);
  let start = 0;
  return sorted.map((last, index) => {
    while (last - (sorted[start] ?? last) > within) start++;
    return { first: sorted[start] ?? last, last, size: index - start + 1 };
  });
}

/**
 * So long is waited where no address of ours is reached from the country since the failure began:
 * one address or two can't fail together, and a way to us that is cut looks like a block of each.
 */
const patience = minutes(5);

function nobodyVouches({ addresses, country, now }: CountryView): Outage | undefined {
  const onsets = addresses.flatMap(({ failing }) =>
    failing?.byTests === true ? failing.since : [],
  );
  if (onsets.length === 0) return undefined;
  const last = instant(Math.max(...onsets));
  const until = plus(last, patience);
  const isVouchedFor = addresses.some(({ reachedAt }) => (reachedAt ?? -Infinity) >= last);
  if (isVouchedFor || now >= until) return undefined;
  const because = `no published address is reached from ${country} since ${spokenTime(last)}: it may be an outage. Nothing moves until another is reached, or until ${spokenTime(until)}`;
  return { kind: "NobodyVouches", because, until };
}

/** A feed that does not say again that an outage goes on is not believed longer. */
const feedMemory = hours(1);

/** A feed only holds, and only while no test from the country shows that it is wrong. */
function feedReports({ addresses, feeds, country, now }: CountryView): Outage | undefined {
  const believed = feeds
    .filter(({ seenAt }) => now < plus(seenAt, feedMemory))
    .filter(({ since }) => !addresses.some(({ reachedAt }) => (reachedAt ?? -Infinity) > since))
    .toSorted((a, b) => b.seenAt - a.seenAt);
  const [alert] = believed;
  if (alert === undefined) return undefined;
  const until = plus(alert.seenAt, feedMemory);
  const because = `${alert.feed} reports an outage in ${country} since ${spokenTime(alert.since)}: ${alert.message}. Nothing moves until it is over`;
  return { kind: "Feed", because, until };
}

const plural = { address: "addresses", "vantage point": "vantage points" } as const;

/** `20 of 24 addresses`. */
function of(some: number, all: number, what: keyof typeof plural): string {
  return `${some} of ${all} ${all === 1 ? what : plural[what]}`;
}
