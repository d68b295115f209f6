import { formatDuration } from "../values/time.ts";
import { inOrder } from "./block-kind.ts";
import { measuredAsBlocked, suspectedByTests } from "./by-tests.ts";
import {
  blockedByPage,
  operatorReport,
  reportedByOperator,
  suspectedByArrivals,
  suspectedByPage,
} from "./by-word.ts";
import type { Evidence, Listener } from "./evidence.ts";
import { isLifted } from "./lift.ts";
import { count } from "./sentence.ts";
import { reachedAt, sightIn } from "./sight.ts";
import type { AddressVerdict, VerdictInput, VerdictPolicy } from "./verdict-input.ts";
import { type Rule, type View, doControlsFail } from "./view.ts";
import { weigh } from "./weigh.ts";

/** The first rule that gives a verdict wins, so the order is the policy. */
const rules: readonly Rule[] = [
  staysBlocked, // it is not tested again: silence must not take a block back
  reportedByOperator, // who may write the object is trusted
  measuredAsBlocked,
  blockedByPage, // only where the fleet lets strangers decide
  suspectedByTests,
  suspectedByPage,
  suspectedByArrivals,
  reachable,
  unknown,
];

/**
 * What the evidence says of an address, country by country, sorted. Pure: the same evidence, in
 * whatever order and however often, gives the same verdicts. One that did not change is the one
 * before, with its words, so that nothing is written again. Countries that nothing is known of are
 * left out.
 */
export function verdictsOf(input: VerdictInput): readonly AddressVerdict[] {
  return countriesOf(input).map((country) => {
    const verdict = verdictIn(country, input);
    const before = input.before.find((one) => one.country === country);
    return before !== undefined && isSame(verdict, before) ? before : verdict;
  });
}

/**
 * Whether a port of an address may be tested from a country. Once it is blocked there, tests would
 * renew the block; those of its other ports show whether they go the same way.
 */
export function mayTest(
  verdicts: readonly AddressVerdict[],
  { country, listener }: { readonly country: string; readonly listener: Listener },
): boolean {
  const verdict = verdicts.find((one) => one.country === country);
  if (verdict?.verdict !== "Blocked") return true;
  return verdict.kind === "Port" && verdict.listeners?.includes(listener) === false;
}

function verdictIn(country: string, input: VerdictInput): AddressVerdict {
  const { policy, before, holds } = input;
  const sight = sightIn(country, { ...input, within: policy.blockedWhen.within });
  const view = {
    input,
    country,
    sight,
    cases: sight.listeners.map((one) => weigh(one, policy.blockedWhen)),
    before: before.find((one) => one.country === country),
    hold: holds.get(country),
  };
  for (const rule of rules) {
    const verdict = rule(view);
    if (verdict !== undefined) return verdict;
  }
  return unknown(view);
}

/**
 * Those of the audience that anything is known of, those that a trusted person named, and all that
 * have a verdict already.
 */
function countriesOf({ evidence, address, before, policy }: VerdictInput): readonly string[] {
  const own = evidence.filter((one) => one.address === address);
  const seen = own.flatMap((one) => countriesBehind(one, policy));
  const counted = seen.filter(
    (country) => policy.audience.length === 0 || policy.audience.includes(country),
  );
  const reported = own.flatMap((one) =>
    one.kind === "report" && one.by === "Operator" ? one.country : [],
  );
  const known = before.map(({ country }) => country);
  return [...new Set([...known, ...counted, ...reported])].toSorted();
}

/** A control speaks for no country, and arrivals for all whose people the fleet is for. */
function countriesBehind(one: Evidence, { audience }: VerdictPolicy): readonly string[] {
  if (one.kind === "arrivals") return audience;
  return one.kind === "test" && one.role === "Control" ? [] : [one.country];
}

function isSame(a: AddressVerdict, b: AddressVerdict): boolean {
  return (
    a.verdict === b.verdict &&
    a.kind === b.kind &&
    (a.listeners ?? []).join() === (b.listeners ?? []).join()
  );
}

function staysBlocked(view: View): AddressVerdict | undefined {
  const { before, sight, input } = view;
  if (before?.verdict !== "Blocked") return undefined;
  const isLiftable = operatorReport(view) === undefined && isLifted(before, sight, input.policy);
  return isLiftable ? reachable(view) : (grown(view, before) ?? before);
}

/** A block of one port may become one of the whole address, since its other ports are tested on. */
function grown(view: View, before: AddressVerdict): AddressVerdict | undefined {
  const now = before.kind === "Port" ? measuredAsBlocked(view) : undefined;
  if (now?.verdict !== "Blocked") return undefined;
  const listeners = inOrder([...(before.listeners ?? []), ...(now.listeners ?? [])]);
  if (listeners.length === before.listeners?.length) return undefined;
  const isAll = view.input.ports.every(({ listener }) => listeners.includes(listener));
  return { ...now, since: before.since, listeners, kind: isAll ? "Address" : "Port" };
}

function reachable({ sight, cases, country }: View): AddressVerdict | undefined {
  const at = reachedAt(sight);
  if (at === undefined) return undefined;
  const places = new Set(cases.flatMap(({ working }) => working.map(({ witness }) => witness)));
  const many = Math.max(1, places.size);
  const message = `${count(many, "vantage point")} ${many === 1 ? "reaches" : "reach"} it`;
  return { country, verdict: "Reachable", since: at, message };
}

function unknown(view: View): AddressVerdict {
  const { country, input } = view;
  return { country, verdict: "Unknown", since: input.now, message: whyUnknown(view) };
}

function whyUnknown(view: View): string {
  const { cases, sight, country, input } = view;
  if (doControlsFail(view))
    return "the control fails too: it is the address itself or an outage, and no block";
  if (sight.listeners.some(({ failures }) => failures.some(({ line }) => line === "Down")))
    return `the vantage points in ${country} reach nothing else either: their lines are down`;
  if (cases.some(({ failures }) => failures.length > 0))
    return `one test from ${country} failed, which says little`;
  return `no test from ${country} in the last ${formatDuration(input.policy.blockedWhen.within)}`;
}
