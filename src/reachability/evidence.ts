// reachability: whether people in a country reach an address. Evidence comes from vantage points,
// from people and from the lanes themselves; verdict.ts makes of it what rotation acts on.

import type { listenerNames } from "../api/names.ts";
import type { Instant } from "../values/time.ts";

/** One of the ports that an address publishes. */
export type Listener = (typeof listenerNames)[number];

/** The steps of a test, in their order: one is tried only where those before it worked. */
export const testSteps = ["tcp", "tls", "certificate", "upstream", "transfer"] as const;
export type TestStep = (typeof testSteps)[number];

/** How a step failed. What a service can't tell apart is `NoAnswer`. */
export type StepFailure =
  | { readonly kind: "Refused" }
  | { readonly kind: "TimedOut" }
  | { readonly kind: "Reset" }
  | { readonly kind: "NoAnswer" }
  /** Someone else answers on the way. */
  | { readonly kind: "WrongCertificate" }
  /** It stood still after so many bytes. */
  | { readonly kind: "Frozen"; readonly afterBytes: number }
  /** It went on, but slower than a message needs. */
  | { readonly kind: "Slow"; readonly bytesPerSecond: number };

/** How a test of one port ended. */
export type TestOutcome =
  /** All steps up to this one worked; a source may be able to try no more. */
  | { readonly kind: "Worked"; readonly upTo: TestStep }
  | { readonly kind: "Failed"; readonly at: TestStep; readonly failure: StepFailure };

/** What all evidence has. */
interface Observation {
  /** The address in its usual text (`canonicalIp`). */
  readonly address: string;
  /** When it was seen, by the clock of whoever leads; for late results, when the test ended. */
  readonly at: Instant;
}

/**
 * A test of one port from one place. Several probes of a public service are several places: each
 * has a `place` of its own under the same vantage point.
 */
export interface TestEvidence extends Observation {
  readonly kind: "test";
  /** Name of the VantagePoint. */
  readonly vantagePoint: string;
  /** Which probe or node of it, where it has several. Never an address of a person. */
  readonly place?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** A control is where no censor sits in front. */
  readonly role: "Probe" | "Control";
  readonly listener: Listener;
  readonly outcome: TestOutcome;
  /**
   * Whether the same place reached something else abroad at that time, that is no address of ours;
   * undefined where it was not tried. A failure counts only where it did, or where that is unknown
   * and others vouch.
   */
  readonly reachesElse: boolean | undefined;
}

/** A person's word. Who may annotate the fleet is trusted; a stranger on the page is not. */
export interface ReportEvidence extends Observation {
  readonly kind: "report";
  readonly by: "Operator" | "Page";
  readonly country: string;
  readonly message: string;
}

/** New sessions on the address's lane stopped, while those of other lanes went on. */
export interface ArrivalsEvidence extends Observation {
  readonly kind: "arrivals";
  /** Since when they are suspected to have stopped: a test after that answers all that follows. */
  readonly since: Instant;
  /** How unlikely so few sessions are, by the slot's own habits, from 0 to 1. */
  readonly chance: number;
  readonly message: string;
}

/** One observation that speaks for or against an address. */
export type Evidence = TestEvidence | ReportEvidence | ArrivalsEvidence;
