import { memoize } from "../values/memoize.ts";
import { shortened } from "../values/shortened.ts";
import { type Instant, type Millis, millis } from "../values/time.ts";
import type { Evidence } from "./evidence.ts";
import type { BlockedWhen } from "./weigh.ts";
import { isRecent, seenAt } from "./witness.ts";

/** How much is remembered. */
export interface LogLimits {
  /** What is older counts for no fleet any more. */
  readonly keepFor: Millis;
  /** Tests of one port of one address from one place: the newest are kept. */
  readonly perSeries: number;
  /** Evidence of one address, shared evenly among those who send any of it. */
  readonly perAddress: number;
  /** All evidence, shared evenly as well. */
  readonly inAll: number;
}

/** Room for a place that tests in two ways, and to see how it began. */
const fewestPerSeries = 6;

/**
 * Limits that let every fleet have what it asks of a block, even where nearly all of the failures
 * come from one place. At most about 10 MB.
 */
export function usualLimits(asked: readonly Omit<BlockedWhen, "vantagePoints">[]): LogLimits {
  return {
    keepFor: millis(Math.max(0, ...asked.map(({ within }) => within))),
    perSeries: Math.max(fewestPerSeries, ...asked.map(({ failures }) => failures)),
    perAddress: 1024,
    inAll: 32_768,
  };
}

/** What is remembered, by address. Never changed: each step makes another one. */
export type EvidenceLog = ReadonlyMap<string, readonly Evidence[]>;

export const emptyLog: EvidenceLog = new Map();

/** When something was heard, and how much is remembered. */
export interface Remembering {
  readonly now: Instant;
  readonly limits: LogLimits;
}

/**
 * Adds what was heard. A clock that is ahead dates nothing later than now, doubles are kept once,
 * and what is too old goes. Whoever sends too much loses the oldest of his own: a share depends on
 * how many send, never on how much.
 */
export function remember(
  log: EvidenceLog,
  heard: readonly Evidence[],
  { now, limits }: Remembering,
): EvidenceLog {
  const news = Map.groupBy(
    heard.map((one) => bounded(one, now)),
    ({ address }) => address,
  );
  const watch = { now, within: limits.keepFor };
  const addresses = new Set([...log.keys(), ...news.keys()]);
  const next = new Map<string, readonly Evidence[]>();
  for (const address of addresses) {
    const known = (log.get(address) ?? []).filter((one) => isRecent(one, watch));
    const added = (news.get(address) ?? []).filter((one) => isRecent(one, watch));
    const kept = added.length === 0 ? known : ofAddress([...known, ...added], limits);
    if (kept.length > 0) next.set(address, kept);
  }
  return withinAll(next, limits.inAll);
}

/** The log without addresses that are none of these: they are nobody's any more. */
export function forgetOthers(log: EvidenceLog, addresses: ReadonlySet<string>): EvidenceLog {
  return new Map([...log].filter(([address]) => addresses.has(address)));
}

/** All of it, address by address. */
export function allEvidence(log: EvidenceLog): readonly Evidence[] {
  return [...log.values()].flat();
}

const longestName = 253;
const longestMessage = 512;

function bounded(one: Evidence, now: Instant): Evidence {
  const at = seenAt(one, now);
  switch (one.kind) {
    case "test": {
      const place = one.place === undefined ? {} : { place: shortened(one.place, longestName) };
      return { ...one, at, vantagePoint: shortened(one.vantagePoint, longestName), ...place };
    }
    case "arrivals": {
      const message = shortened(one.message, longestMessage);
      return { ...one, at, since: seenAt({ at: one.since }, at), message };
    }
    case "report":
      return { ...one, at, message: shortened(one.message, longestMessage) };
  }
}

/** Who is answerable for evidence. A vantage point has a token of its own; no name begins with `:`. */
export function senderOf(one: Evidence): string {
  return one.kind === "test" ? one.vantagePoint : `:${one.kind === "report" ? one.by : one.kind}`;
}

function ofAddress(all: readonly Evidence[], limits: LogLimits): readonly Evidence[] {
  const series = Map.groupBy(withoutDoubles(all), seriesOf);
  const newest = [...series.values()].flatMap((own) => newestOf(own, limits.perSeries));
  return evenly(newest, limits.perAddress);
}

function withoutDoubles(all: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(all.map((one) => [textOf(one), one])).values()];
}

/** What a newer one of stands for what an older one said. */
function seriesOf(one: Evidence): string {
  if (one.kind !== "test") return `${senderOf(one)} ${one.kind === "report" ? one.country : ""}`;
  return [one.vantagePoint, one.place ?? "", one.country, one.role, one.listener].join(" ");
}

function newestOf(own: readonly Evidence[], most: number): readonly Evidence[] {
  return own.length <= most ? own : own.toSorted(newestFirst).slice(0, most);
}

/** Keeps the newest of each sender, up to an even share. */
export function evenly(all: readonly Evidence[], most: number): readonly Evidence[] {
  const senders = Map.groupBy(all, senderOf);
  const share = Math.max(1, Math.floor(most / Math.max(1, senders.size)));
  const kept = [...senders].toSorted(byName).slice(0, most);
  return kept.flatMap(([, own]) => newestOf(own, share));
}

function withinAll(log: EvidenceLog, most: number): EvidenceLog {
  const senders = new Map<string, number>();
  for (const one of allEvidence(log))
    senders.set(senderOf(one), (senders.get(senderOf(one)) ?? 0) + 1);
  const share = Math.max(1, Math.floor(most / Math.max(1, senders.size)));
  if (senders.size <= most && Math.max(0, ...senders.values()) <= share) return log;
  return Map.groupBy(evenly(allEvidence(log), most), ({ address }) => address);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** By time, and then by what they say: who keeps what must not depend on the order of the reports. */
function newestFirst(a: Evidence, b: Evidence): number {
  if (a.at !== b.at) return b.at - a.at;
  const [one, other] = [textOf(a), textOf(b)];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Evidence that says the same has the same text, in whatever order its fields came. */
function textOf(one: Evidence): string {
  return sorted(one).text;
}

const sorted = memoize((one: Evidence) => ({
  text: JSON.stringify(one, (_key, value: unknown) => inOrder(value)),
}));

function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(byName));
}
