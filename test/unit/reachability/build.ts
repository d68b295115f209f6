import type {
  ArrivalsEvidence,
  Evidence,
  Listener,
  ReportEvidence,
  StepFailure,
  TestEvidence,
  TestStep,
} from "../../../src/reachability/evidence.ts";
import { verdictsOf } from "../../../src/reachability/verdict.ts";
import type {
  AddressVerdict,
  VerdictInput,
  VerdictPolicy,
} from "../../../src/reachability/verdict-input.ts";
import { contactsOf } from "../../../src/reachability/witness.ts";
import { minutes } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";

export { at, noon };

/** The address that most of these tests are about. */
export const address = "203.0.113.9";

/** The one public service among the vantage points. */
export const services: ReadonlySet<string> = new Set(["globalping"]);

/** The default of the API: three failures from two vantage points within half an hour. */
export const policy: VerdictPolicy = {
  blockedWhen: { failures: 3, vantagePoints: 2, within: minutes(30) },
  traffic: "Suspect",
  people: "Suspect",
  audience: ["IR"],
};

type Given = Partial<TestEvidence>;

/** A time-out on chat from a place in IR that reaches something else, unless given otherwise. */
export function failed(vantagePoint: string, s: number, given: Given = {}): TestEvidence {
  return { ...test(vantagePoint, s), outcome: failure(), ...given };
}

/** A test of chat from IR that works up to TLS, unless given otherwise. */
export function worked(vantagePoint: string, s: number, given: Given = {}): TestEvidence {
  return { ...test(vantagePoint, s), outcome: { kind: "Worked", upTo: "tls" }, ...given };
}

/** A control in DE that sees chat work as far as data goes, unless given otherwise. */
export function control(s: number, given: Given = {}): TestEvidence {
  const upTo = "transfer";
  const outcome = { kind: "Worked", upTo } as const;
  return { ...test("control", s), role: "Control", country: "DE", outcome, ...given };
}

/** A way in which a test fails: at first no answer to a connection. */
export function failure(
  at: TestStep = "tcp",
  how: StepFailure = { kind: "TimedOut" },
): TestEvidence["outcome"] {
  return { kind: "Failed", at, failure: how };
}

function test(vantagePoint: string, s: number): Omit<TestEvidence, "outcome"> {
  return {
    kind: "test",
    address,
    at: at(s),
    vantagePoint,
    country: "IR",
    role: "Probe",
    listener: "chat",
    reachesElse: true,
  };
}

/** What a person says of the address in IR. */
export function report(
  by: ReportEvidence["by"],
  s: number,
  given: Partial<ReportEvidence> = {},
): ReportEvidence {
  return { kind: "report", address, at: at(s), by, country: "IR", message: "", ...given };
}

/** New sessions stopped. */
export function arrivals(s: number, given: Partial<ArrivalsEvidence> = {}): ArrivalsEvidence {
  const message = "no new session for 12 min, where 40 are usual";
  return { kind: "arrivals", address, at: at(s), since: at(s), chance: 0.0001, message, ...given };
}

/** What verdicts follow from, at noon. */
export function input(
  evidence: readonly Evidence[],
  given: Partial<VerdictInput> = {},
): VerdictInput {
  const now = given.now ?? noon;
  const watch = { now, within: (given.policy ?? policy).blockedWhen.within, services };
  return {
    address,
    evidence,
    contacts: contactsOf(evidence, watch),
    ports: ports(),
    policy,
    services,
    before: [],
    holds: new Map(),
    now,
    ...given,
  };
}

function ports(): { listener: Listener; port: number }[] {
  return [
    { listener: "chat", port: 443 },
    { listener: "media", port: 587 },
  ];
}

/** The verdict for IR at noon; undefined where there is none. */
export function verdict(
  evidence: readonly Evidence[],
  given: Partial<VerdictInput> = {},
): AddressVerdict | undefined {
  return verdictsOf(input(evidence, given)).find(({ country }) => country === "IR");
}

/** Two vantage points that fail twice each while a control sees it answer: a block. */
export const blockEvidence: readonly TestEvidence[] = [
  failed("a", -120),
  failed("b", -100),
  failed("a", -60),
  failed("b", -40),
  control(-30),
];
