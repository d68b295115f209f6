import { type Finding, firstFinding, storedFinding } from "../api/findings.ts";
import { type SourceField, type VantagePoint, sourceOfSpec } from "../api/vantage-point.ts";
import {
  type Instant,
  type Millis,
  millis,
  minutes,
  parseInstant,
  plus,
  spokenTime,
} from "../values/time.ts";
import type { RoundMemory } from "./round-memory.ts";
import { type NextRound, intervalOf } from "./schedule.ts";

/** What the condition Working is made from. */
export interface WorkingView {
  readonly vantagePoint: VantagePoint;
  readonly memory: RoundMemory | undefined;
  readonly next: NextRound;
  /** Whether any address is to be tested from there. */
  readonly hasTargets: boolean;
  readonly now: Instant;
}

/** How people know what measures. */
const services: Readonly<Record<SourceField, string>> = {
  globalping: "Globalping",
  checkHost: "check-host.net",
  agent: "the agent",
  http: "the checker",
};

/**
 * Whether measurements come from a vantage point. No text of it changes from round to round, so that
 * a settled one is not written again and again: `status.lastResult` has the time.
 */
export function working(view: WorkingView): Finding {
  return firstFinding(checks, view, {
    status: "Unknown",
    reason: "NotAskedYet",
    message: "no round of this vantage point has ended yet: wait a minute",
  });
}

/** What must be mended first is said first. */
const checks: readonly ((view: WorkingView) => Finding | undefined)[] = [
  tokenMissing,
  agentsNotServed,
  notImplemented,
  nothingToMeasure,
  agent,
  asBefore,
  fails,
  quotaSpent,
  noProbes,
  measures,
];

function tokenMissing({ memory }: WorkingView): Finding | undefined {
  if (memory?.answer.kind !== "tokenMissing") return undefined;
  return { status: "False", reason: "TokenMissing", message: memory.answer.message };
}

function agentsNotServed({ memory }: WorkingView): Finding | undefined {
  if (memory?.answer.kind !== "agentsNotServed") return undefined;
  return {
    status: "False",
    reason: "AgentsNotServed",
    message:
      "this operator has no endpoint for agents: set ingestion.enabled=true in the chart's values",
  };
}

function notImplemented({ vantagePoint: { spec }, memory }: WorkingView): Finding | undefined {
  if (memory?.answer.kind !== "notImplemented") return undefined;
  return {
    status: "False",
    reason: "NotImplemented",
    message: `this version of the operator can't use spec.${sourceOfSpec(spec)}: use another source, or upgrade the operator`,
  };
}

function nothingToMeasure(view: WorkingView): Finding | undefined {
  const { spec } = view.vantagePoint;
  if (view.hasTargets) return undefined;
  const whose = spec.role === "Control" ? "any fleet" : `a fleet for ${spec.country}`;
  return {
    status: "Unknown",
    reason: "NothingToMeasure",
    message: `no published address of ${whose} is to be tested from here. Addresses that are blocked there are not tested; fleets choose by spec.audience.countries and spec.reachability.vantagePoints`,
  };
}

/** An agent is not asked: it comes by itself, or it does not. */
function agent({ vantagePoint, memory, now }: WorkingView): Finding | undefined {
  if (sourceOfSpec(vantagePoint.spec) !== "agent") return undefined;
  const last = lastResultAt(vantagePoint, memory);
  if (last === undefined)
    return {
      status: "Unknown",
      reason: "AgentSilent",
      message:
        "its agent has not sent any results yet: start `proxyfleet probe` in the country, with the line that `proxyfleet probe invite` makes",
    };
  if (plus(last, silentAfter(vantagePoint)) > now) return well("the agent sends its results");
  return {
    status: "False",
    reason: "AgentSilent",
    message: `its agent sent results at ${spokenTime(last)}, and none since. Is it running, and online?`,
  };
}

/** Lines in the country are bad, and the time that the status has may be ten minutes late. */
function silentAfter(vantagePoint: VantagePoint): Millis {
  return millis(3 * intervalOf(vantagePoint) + minutes(10));
}

/** When what is known of an agent may change by itself. */
export function looksAgainAt({ vantagePoint, memory, now }: WorkingView): Instant | undefined {
  if (sourceOfSpec(vantagePoint.spec) !== "agent") return undefined;
  const last = lastResultAt(vantagePoint, memory);
  const silentAt = last === undefined ? undefined : plus(last, silentAfter(vantagePoint));
  return silentAt !== undefined && silentAt > now ? silentAt : undefined;
}

/**
 * A new leader has asked nobody yet, and one failure may be a lost packet: what was reported before
 * holds until the next round.
 */
function asBefore({
  vantagePoint: { metadata, status },
  memory,
}: WorkingView): Finding | undefined {
  const isOfSpec = status.observedGeneration === metadata.generation;
  const before = isOfSpec ? storedFinding(status.conditions ?? [], "Working") : undefined;
  if (before === undefined) return undefined;
  if (memory === undefined) return isOfRounds(before) ? before : undefined;
  const isFirstFailure = memory.answer.kind === "failed" && memory.failures === 1;
  return isFirstFailure && before.status === "True" ? before : undefined;
}

/** Whether it came from a round, and not from what a vantage point is for. */
function isOfRounds({ reason }: Finding): boolean {
  return reason !== "NothingToMeasure" && reason !== "InvalidSpec";
}

function fails({ vantagePoint, memory }: WorkingView): Finding | undefined {
  if (memory?.answer.kind !== "failed") return undefined;
  const service = services[sourceOfSpec(vantagePoint.spec)];
  return {
    status: "False",
    reason: "ServiceFails",
    message: `${service}: ${memory.answer.message}. ${lastWords(vantagePoint, memory)} It is tried again, in pauses that grow to an hour`,
  };
}

function quotaSpent({ vantagePoint: { spec }, next }: WorkingView): Finding | undefined {
  if (next.kind !== "wait" || !next.forQuota) return undefined;
  const service = services[sourceOfSpec(spec)];
  return {
    status: "False",
    reason: "QuotaSpent",
    message: `${service} gives no more tests before ${spokenTime(next.until)}: set a token, a longer interval or a lower limit`,
  };
}

function noProbes({ vantagePoint, memory }: WorkingView): Finding | undefined {
  if (memory?.answer.kind !== "noProbes") return undefined;
  const { country, asn } = vantagePoint.spec;
  const where = asn === undefined ? country : `network ${asn} in ${country}`;
  const remedy = asn === undefined ? "" : ", or leave out spec.asn";
  const service = services[sourceOfSpec(vantagePoint.spec)];
  return {
    status: "Unknown",
    reason: "NoProbes",
    message: `${service} has no probe for ${where} now (${memory.answer.message}). That says nothing of any address. ${lastWords(vantagePoint, memory)} Add a vantage point of another source${remedy}`,
  };
}

function measures({ vantagePoint: { spec }, memory }: WorkingView): Finding | undefined {
  if (memory?.answer.kind !== "worked") return undefined;
  const service = services[sourceOfSpec(spec)];
  const { message } = memory.answer;
  return message === undefined
    ? well(`${service} answers, and tests what is published`)
    : well(`${service} answers, but did not test everything: ${message}`);
}

function well(message: string): Finding {
  return { status: "True", reason: "Measures", message };
}

function lastWords(vantagePoint: VantagePoint, memory: RoundMemory): string {
  const last = lastResultAt(vantagePoint, memory);
  return last === undefined
    ? "No results have come yet."
    : `Results came last at ${spokenTime(last)}.`;
}

function lastResultAt(
  { status }: VantagePoint,
  memory: RoundMemory | undefined,
): Instant | undefined {
  return memory?.last?.at ?? parseInstant(status.lastResult);
}
