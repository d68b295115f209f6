import type { Instant } from "../values/time.ts";
import type { ArrivalsEvidence, Evidence, ReportEvidence } from "./evidence.ts";
import { reachedAt } from "./sight.ts";
import type { AddressVerdict } from "./verdict-input.ts";
import { type View, cut, doControlsFail } from "./view.ts";
import { isRecent, seenAt } from "./witness.ts";

/** The word of a person who may write the fleet, where one was given. */
export function operatorReport(view: View): ReportEvidence | undefined {
  const { now, policy } = view.input;
  const { within } = policy.blockedWhen;
  return reportsOf(view, "Operator").find((one) => isRecent(one, { now, within }));
}

/** Newest first. */
function reportsOf({ input, country }: View, by: ReportEvidence["by"]): readonly ReportEvidence[] {
  return input.evidence
    .filter((one): one is ReportEvidence => one.kind === "report" && one.address === input.address)
    .filter((one) => one.country === country && one.by === by)
    .toSorted((a, b) => b.at - a.at || (a.message < b.message ? -1 : 1));
}

/** The verdict of a person who is trusted. */
export function reportedByOperator(view: View): AddressVerdict | undefined {
  const report = operatorReport(view);
  return report === undefined
    ? undefined
    : spoken(view, { verdict: "Blocked", at: report.at, message: personSaid(report) });
}

function personSaid({ message }: ReportEvidence): string {
  return message === "" ? "reported by a person" : `reported by a person: ${message}`;
}

/** The verdict of a stranger, where the fleet lets strangers decide. */
export function blockedByPage(view: View): AddressVerdict | undefined {
  const { input, hold } = view;
  if (input.policy.people !== "Block" || hold !== undefined) return undefined;
  const report = pageReport(view);
  return report && spoken(view, { verdict: "Blocked", at: report.at, message: pageSaid(report) });
}

/** A stranger's word is a suspicion. */
export function suspectedByPage(view: View): AddressVerdict | undefined {
  if (view.input.policy.people === "Ignore") return undefined;
  const report = pageReport(view);
  return report && spoken(view, { verdict: "Suspected", at: report.at, message: pageSaid(report) });
}

function pageReport(view: View): ReportEvidence | undefined {
  return reportsOf(view, "Page").find((one) => isOpen(view, one));
}

function pageSaid({ message }: ReportEvidence): string {
  return message === "" ? "reported on the share page" : `reported on the share page: ${message}`;
}

/** People who stay away are a suspicion. */
export function suspectedByArrivals(view: View): AddressVerdict | undefined {
  const { input } = view;
  if (input.policy.traffic === "Ignore") return undefined;
  const alarms = input.evidence.filter(
    (one): one is ArrivalsEvidence =>
      one.kind === "arrivals" && one.address === input.address && isOpen(view, one),
  );
  const [first] = alarms.toSorted(
    (a, b) => a.since - b.since || a.at - b.at || (a.message < b.message ? -1 : 1),
  );
  return first && spoken(view, { verdict: "Suspected", at: first.since, message: first.message });
}

/**
 * What raises a suspicion by itself is answered by a test that reaches the address later, and is
 * none where the controls fail too. Arrivals are said again for as long as they are few: a test
 * since they began to be so answers all of that, or the verdict would change with each test.
 */
function isOpen(view: View, one: Evidence): boolean {
  const { input, sight } = view;
  const { now, policy } = input;
  const reached = reachedAt(sight);
  const raisedAt = one.kind === "arrivals" ? one.since : one.at;
  const isAnswered = reached !== undefined && reached > seenAt({ at: raisedAt }, now);
  const { within } = policy.blockedWhen;
  return isRecent(one, { now, within }) && !isAnswered && !doControlsFail(view);
}

interface Spoken {
  readonly verdict: "Blocked" | "Suspected";
  readonly at: Instant;
  readonly message: string;
}

function spoken({ country, input }: View, { verdict, at, message }: Spoken): AddressVerdict {
  return { country, verdict, since: seenAt({ at }, input.now), message: cut(message) };
}
