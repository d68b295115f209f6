import { listenerNames } from "../api/names.ts";
import { type Instant, instant } from "../values/time.ts";
import { type ControlSight, controlSights, covers } from "./controls.ts";
import type { Evidence, Listener, StepFailure, TestEvidence, TestStep } from "./evidence.ts";
import {
  type Contacts,
  type Watch,
  type Witness,
  hadContact,
  isRecent,
  seenAt,
  witnessOf,
} from "./witness.ts";

/** Whether the line of a place worked while a test of ours failed there. */
export type Line = "Up" | "Down" | "Unknown";

/** A failed test that no later success from the same place disproves. */
export interface Failure {
  readonly at: Instant;
  readonly witness: Witness;
  readonly vantagePoint: string;
  readonly step: TestStep;
  readonly failure: StepFailure;
  readonly line: Line;
}

/** A place whose last word on a port is that it works. */
export interface Working {
  readonly witness: Witness;
  readonly vantagePoint: string;
  readonly at: Instant;
  readonly upTo: TestStep;
}

/** What recent tests from one country, and the controls, come to for one port of an address. */
export interface ListenerSight {
  readonly listener: Listener;
  /** Oldest first. */
  readonly failures: readonly Failure[];
  readonly working: readonly Working[];
  /** When any place of the country last reached the port, whatever it saw since. */
  readonly reachedAt: Instant | undefined;
  readonly controls: readonly ControlSight[];
}

/** An address as one country sees it: its ports that were tested, in their usual order. */
export interface CountrySight {
  readonly country: string;
  readonly listeners: readonly ListenerSight[];
}

/** What an address is looked at with. */
export interface Looking extends Watch {
  readonly address: string;
  /** Of this address; what is of others is left out. */
  readonly evidence: readonly Evidence[];
  /** What tests of all addresses show of the places: `contactsOf`. */
  readonly contacts: Contacts;
}

/** What the tests of an address come to in a country. Their order and doubles don't matter. */
export function sightIn(country: string, looking: Looking): CountrySight {
  const tests = recentTests(looking);
  const listeners = listenerNames.flatMap((listener) => {
    const own = tests.filter((test) => test.listener === listener);
    return own.length === 0 ? [] : [listenerSight({ listener, country, tests: own }, looking)];
  });
  return { country, listeners };
}

function recentTests(looking: Looking): readonly TestEvidence[] {
  return looking.evidence.filter(
    (one): one is TestEvidence =>
      one.kind === "test" && one.address === looking.address && isRecent(one, looking),
  );
}

interface PortTests {
  readonly listener: Listener;
  readonly country: string;
  readonly tests: readonly TestEvidence[];
}

function listenerSight({ listener, country, tests }: PortTests, looking: Looking): ListenerSight {
  const probes = tests.filter((test) => test.role === "Probe" && test.country === country);
  const places = [...Map.groupBy(probes, (test) => witnessOf(test, looking.services)).values()];
  const failures = places.flatMap((own) => standingFailures(own, looking));
  const failing = new Set(failures.map(({ witness }) => witness));
  const reached = places.flatMap((own) => newestSuccess(own, looking) ?? []).toSorted(byTime);
  return {
    listener,
    failures: failures.toSorted(byTime),
    working: reached.filter(({ witness }) => !failing.has(witness)),
    reachedAt: reached.at(-1)?.at,
    controls: controlSights(tests, looking),
  };
}

/**
 * The failures of one place that it has not disproved since. A success at the very same time
 * disproves one as well: who contradicts himself accuses nobody.
 */
function standingFailures(own: readonly TestEvidence[], looking: Looking): readonly Failure[] {
  const { now } = looking;
  const standing = own.flatMap((test): readonly Failure[] => {
    const { outcome, vantagePoint } = test;
    if (outcome.kind === "Worked") return [];
    const at = seenAt(test, now);
    const isDisproved = own.some(
      (other) =>
        other.outcome.kind === "Worked" &&
        seenAt(other, now) >= at &&
        covers(other.outcome.upTo, outcome.at),
    );
    if (isDisproved) return [];
    const witness = witnessOf(test, looking.services);
    const line = lineOf(test, { witness, at, contacts: looking.contacts });
    const { at: step, failure } = outcome;
    return [{ at, witness, vantagePoint, step, failure, line }];
  });
  return spaced(standing);
}

interface Moment {
  readonly witness: Witness;
  readonly at: Instant;
  readonly contacts: Contacts;
}

function lineOf({ reachesElse }: TestEvidence, { witness, at, contacts }: Moment): Line {
  if (reachesElse !== undefined) return reachesElse ? "Up" : "Down";
  return hadContact(contacts, witness, at) ? "Up" : "Unknown";
}

/** Failures of a place that follow each other sooner (ms) are one test, or one that was sent twice. */
const shortestGap = 5_000;

function spaced(failures: readonly Failure[]): readonly Failure[] {
  const kept: Failure[] = [];
  for (const failure of failures.toSorted(byTime)) {
    const last = kept.at(-1);
    if (last === undefined || failure.at - last.at >= shortestGap) kept.push(failure);
  }
  return kept;
}

function newestSuccess(own: readonly TestEvidence[], looking: Looking): Working | undefined {
  const successes = own.flatMap((test): readonly Working[] => {
    const { outcome, vantagePoint } = test;
    if (outcome.kind === "Failed") return [];
    const witness = witnessOf(test, looking.services);
    return [{ witness, vantagePoint, at: seenAt(test, looking.now), upTo: outcome.upTo }];
  });
  return successes.toSorted(byTime).at(-1);
}

/** By time, and then by what they say: their order must not depend on that of the reports. */
function byTime<T extends { readonly at: Instant }>(a: T, b: T): number {
  if (a.at !== b.at) return a.at - b.at;
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** When any place of the country last reached the address on any port. */
export function reachedAt({ listeners }: CountrySight): Instant | undefined {
  const times = listeners.flatMap(({ reachedAt }) => reachedAt ?? []);
  return times.length === 0 ? undefined : instant(Math.max(...times));
}
