import { fieldManagers } from "../api/names.ts";
import { type ProxyAddress, longestSentence } from "../api/proxy-address.ts";
import * as resources from "../api/resources.ts";
import type { EventNote } from "../kubernetes/events.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import type { Effect } from "../runtime/effect.ts";
import { type Context, type Plan, planOf } from "../runtime/plan.ts";
import { present } from "../values/present.ts";
import { shortened } from "../values/shortened.ts";
import { type Instant, earliest, formatInstant, instant, plus, seconds } from "../values/time.ts";
import type { CountryFindings } from "./hold.ts";
import { verdictsOf } from "./verdict.ts";
import type { AddressInput, AddressVerdict, CountryHold } from "./verdict-input.ts";
import type { ReportEvidence } from "./evidence.ts";
import { lasts, seenAt } from "./witness.ts";

/** All that the verdicts of one ledger entry are decided from. */
export interface ObservedAddress {
  readonly raw: CustomObject;
  readonly entry: ProxyAddress;
  /** But for the time. */
  readonly input: Omit<AddressInput, "now">;
  /** A trusted person's word that nobody has answered yet. */
  readonly report: Omit<ReportEvidence, "at"> | undefined;
  /** People use it: what nobody uses keeps the verdicts that it has. */
  readonly isPublished: boolean;
  /** What was found of a whole country; asked for those alone that this address has to do with. */
  readonly findings: (country: string) => CountryFindings;
}

/** What ages is looked at again no sooner than this: much of it may age one by one. */
const agesEvery = seconds(30);

/** Decides what the ledger says of an address, country by country. Nothing else is written. */
export function decideVerdicts(observed: ObservedAddress, { now }: Pick<Context, "now">): Plan {
  const { report, isPublished } = observed;
  if (!isPublished && report === undefined) return planOf({});
  const heard = report === undefined ? [] : [{ ...report, at: now }];
  const input = { ...observed.input, now, evidence: [...observed.input.evidence, ...heard] };
  const findings = findingsOf(observed, input);
  const verdicts = verdictsOf({ ...input, holds: holdsOf(findings) });
  return planOf({
    effects: effectsOf(observed, verdicts),
    requeueAt: isPublished ? lookAgainAt(input, verdicts, findings) : undefined,
  });
}

type Findings = ReadonlyMap<string, CountryFindings>;

/** Of the countries that a test of this address comes from, or that have a verdict. */
function findingsOf({ findings }: ObservedAddress, { evidence, before }: AddressInput): Findings {
  const tested = evidence.flatMap((one) => (one.kind === "arrivals" ? [] : one.country));
  const countries = new Set([...tested, ...before.map(({ country }) => country)]);
  return new Map([...countries].map((country) => [country, findings(country)]));
}

function holdsOf(findings: Findings): ReadonlyMap<string, CountryHold> {
  return new Map(
    [...findings].flatMap(([country, { hold }]) => (hold === undefined ? [] : [[country, hold]])),
  );
}

function effectsOf(
  { raw, entry, input: { before } }: ObservedAddress,
  verdicts: readonly AddressVerdict[],
): readonly Effect[] {
  // Those that did not change are the very ones before.
  const changed = verdicts.filter((one) => !before.includes(one));
  if (changed.length === 0) return [];
  const write: Effect = {
    kind: "status",
    id: "status",
    of: resources.addresses,
    about: raw,
    before: present({ reachability: entry.status.reachability }),
    status: { reachability: verdicts.map(rowOf) },
    fieldManager: fieldManagers.reachability,
  };
  const notes = changed.flatMap((verdict) => noteOf(verdict, before));
  const told: Effect = { kind: "event", id: "event", about: raw, notes, needs: [write.id] };
  return notes.length === 0 ? [write] : [write, told];
}

function rowOf({ since, message, ...verdict }: AddressVerdict) {
  const sentence = message === undefined ? undefined : shortened(message, longestSentence);
  return present({ ...verdict, since: formatInstant(since), message: sentence });
}

/** A block is reported on the fleet, with what comes of it: not here again. */
function noteOf(
  { country, verdict, message = "" }: AddressVerdict,
  before: readonly AddressVerdict[],
): readonly EventNote[] {
  const old = before.find((one) => one.country === country)?.verdict;
  if (verdict === "Suspected" && old !== "Suspected")
    return [{ type: "Warning", reason: "Suspected", message: `${country}: ${message}` }];
  const wasInDoubt = old === "Suspected" || old === "Blocked";
  if (verdict === "Reachable" && wasInDoubt)
    return [{ type: "Normal", reason: "ReachableAgain", message: `${country}: ${message}` }];
  return [];
}

/** When a verdict may change although nothing new is heard: evidence ages, and holds end. */
function lookAgainAt(
  { evidence, policy, now }: AddressInput,
  verdicts: readonly AddressVerdict[],
  findings: Findings,
): Instant | undefined {
  const { within } = policy.blockedWhen;
  const ages = evidence.map((one) => plus(seenAt(one, now), lasts(one, within)));
  const next = earliest(...ages.filter((at) => at >= now));
  const isHeld = ({ verdict }: AddressVerdict) => verdict === "Suspected" || verdict === "Unknown";
  const ends = verdicts
    .filter(isHeld)
    .flatMap(({ country }) => findings.get(country)?.outage?.until ?? []);
  const agesAt = next === undefined ? undefined : instant(Math.max(next + 1, plus(now, agesEvery)));
  return earliest(agesAt, ...ends.filter((at) => at > now));
}
