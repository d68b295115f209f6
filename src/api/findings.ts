import { longestConditionMessage } from "./conditions.ts";
import { type ConditionReason, type ConditionType, knownReason } from "./reasons.ts";
import { shortened } from "../values/shortened.ts";
import { type Instant, formatInstant } from "../values/time.ts";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: ConditionReason;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration: number;
}

/** A condition as it was written before, perhaps by another version. */
export type StoredCondition = Omit<Condition, "reason" | "observedGeneration"> & {
  readonly reason: string;
};

/** What a check found, before it is dated. */
export type Finding = Pick<Condition, "status" | "reason" | "message">;

/** The first check that finds something wins, so a chain's order is its policy. */
export function firstFinding<T>(
  chain: readonly ((input: T) => Finding | undefined)[],
  input: T,
  otherwise: Finding,
): Finding {
  for (const check of chain) {
    const finding = check(input);
    if (finding !== undefined) return finding;
  }
  return otherwise;
}

/** What conditions are dated by. */
export interface ConditionDates {
  readonly before: readonly Pick<StoredCondition, "type" | "status" | "lastTransitionTime">[];
  /** The generation of the spec that the findings are about. */
  readonly generation: number;
  readonly now: Instant;
}

/**
 * Dates the findings: `lastTransitionTime` moves only when the status changes (API conventions,
 * "Typical status properties"). Types without a finding are left out.
 */
export function conditionsFrom(
  findings: Readonly<Partial<Record<ConditionType, Finding | undefined>>>,
  { before, generation, now }: ConditionDates,
): Condition[] {
  return Object.entries(findings).flatMap(([type, finding]) => {
    if (finding === undefined) return [];
    const known = before.find((condition) => condition.type === type);
    const lastTransitionTime =
      known?.status === finding.status ? known.lastTransitionTime : formatInstant(now);
    return [
      {
        type,
        ...finding,
        message: shortened(finding.message, longestConditionMessage),
        lastTransitionTime,
        observedGeneration: generation,
      },
    ];
  });
}

/** What a stored condition says, where this version knows its reason. */
export function storedFinding(
  conditions: readonly StoredCondition[],
  type: string,
): Finding | undefined {
  const known = conditions.find((condition) => condition.type === type);
  const reason = known === undefined ? undefined : knownReason(known.reason);
  if (known === undefined || reason === undefined) return undefined;
  return { status: known.status, reason, message: known.message };
}
