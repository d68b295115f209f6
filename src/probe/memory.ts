import type { Listener, TestOutcome } from "../reachability/evidence.ts";
import { present } from "../values/present.ts";
import {
  type Instant,
  type Millis,
  clockTolerance,
  hours,
  instant,
  millis,
  since,
} from "../values/time.ts";
import { type Assignment, type ResultBatch, mostResults, oldestResult } from "./protocol.ts";

/** How one test ended, and when by the operator's clock as far as it is known. */
export interface Finding {
  readonly address: string;
  readonly listener: Listener;
  readonly at: Instant;
  readonly outcome: TestOutcome;
  readonly reachesElse?: boolean;
}

/** All that an agent knows. It never holds anything about the volunteer. */
export interface Memory {
  /** Random for each start: findings are numbered within it. */
  readonly run: string;
  readonly nextNumber: number;
  /**
   * The operator's clock less this machine's. Old machines boot in 1970; most errors make a finding
   * look too old, and then it counts for nothing.
   */
  readonly clockError: Millis;
  readonly assignment?: Assignment;
  /** What is not sent yet, oldest first. */
  readonly findings: readonly (Finding & { readonly number: number })[];
}

/** Findings that are kept while the operator is out of reach; the oldest go first. */
export const mostFindings = 512;
/** An assignment is kept to no longer while the operator is out of reach. */
const oldestAssignment: Millis = hours(24);

/** What an agent knows that starts, with what an earlier one left behind. */
export function startingMemory(
  run: string,
  left: Pick<Memory, "clockError" | "assignment"> & { readonly findings: readonly Finding[] } = {
    clockError: millis(0),
    findings: [],
  },
): Memory {
  const findings = left.findings.map((finding, index) => ({ ...finding, number: index + 1 }));
  return { ...left, run, findings, nextNumber: findings.length + 1 };
}

/** The operator's time, as well as this machine knows it. */
export function operatorTime({ clockError }: Memory, ownNow: Instant): Instant {
  return instant(ownNow + clockError);
}

/** The operator said what to test, and what time it is. */
export function assigned(memory: Memory, assignment: Assignment, ownNow: Instant): Memory {
  return { ...memory, assignment, clockError: millis(assignment.now - ownNow) };
}

/** One more finding; the oldest is given up where there are too many. */
export function withFinding(memory: Memory, finding: Finding): Memory {
  const numbered = { ...finding, number: memory.nextNumber };
  const findings = [...memory.findings, numbered].slice(-mostFindings);
  return { ...memory, findings, nextNumber: memory.nextNumber + 1 };
}

/** The operator has all findings up to this number. */
export function receipted(memory: Memory, upTo: number): Memory {
  return { ...memory, findings: memory.findings.filter(({ number }) => number > upTo) };
}

/** The operator does not know the token: nothing is tested, and nothing kept. */
export function refused({ run, nextNumber, clockError }: Memory): Memory {
  return { run, nextNumber, clockError, findings: [] };
}

/**
 * An address that failed while the operator is out of reach is not tested again until the operator
 * assigns it again: tests of a blocked address can renew its block.
 */
export function withoutTarget(memory: Memory, address: string): Memory {
  const { assignment } = memory;
  if (assignment === undefined) return memory;
  const targets = assignment.targets.filter((target) => target.address !== address);
  return { ...memory, assignment: { ...assignment, targets } };
}

/** What to test now: nothing where the operator has been out of reach for a day. */
export function currentAssignment(memory: Memory, ownNow: Instant): Assignment | undefined {
  const { assignment } = memory;
  if (assignment === undefined) return undefined;
  const age = since(instant(assignment.now), operatorTime(memory, ownNow));
  return age <= oldestAssignment ? assignment : undefined;
}

/** The findings without those that are too old, or from a clock that was set since. */
export function withoutUndated(memory: Memory, ownNow: Instant): Memory {
  const isDated = (finding: Finding) => {
    const age = since(finding.at, operatorTime(memory, ownNow));
    return age + clockTolerance >= 0 && age <= oldestResult;
  };
  return { ...memory, findings: memory.findings.filter(isDated) };
}

/** The oldest findings as they are sent; undefined where there are none. */
export function batchOf(memory: Memory, ownNow: Instant): ResultBatch | undefined {
  const now = operatorTime(memory, ownNow);
  const results = withoutUndated(memory, ownNow)
    .findings.slice(0, mostResults)
    .map(({ number, address, listener, at, outcome, reachesElse }) => ({
      number,
      address,
      listener,
      outcome,
      ...present({ reachesElse }),
      ageMs: Math.max(0, Math.round(since(at, now))),
    }));
  return results.length === 0 ? undefined : { run: memory.run, results };
}
