import type { StoredCondition } from "../api/findings.ts";
import type { ConditionType } from "../api/reasons.ts";
import { type Instant, parseInstant } from "../values/time.ts";

/** A condition that reports trouble, or trouble to come. */
export interface TroubleCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly since: Instant | undefined;
  readonly message: string;
}

/**
 * What is wrong while a condition has this status, the causes before their effects. Those that are
 * missing here (Paused, Reconciling, PodsCurrent) report what somebody wants, or what passes.
 */
const troubleWhen: readonly (readonly [ConditionType, "True" | "False"])[] = [
  ["Stalled", "True"],
  ["ChildrenApplied", "False"],
  ["PodsAvailable", "False"],
  ["ConfigApplied", "False"],
  ["UpstreamReachable", "False"],
  ["ProtocolBlocked", "True"],
  ["OutageSuspected", "True"],
  ["PoolExhausted", "True"],
  ["Reachable", "False"],
  ["AddressesReady", "False"],
  ["Ready", "False"],
  ["DNSReady", "False"],
  ["LimitsApplied", "False"],
  ["ClocksAgree", "False"],
  ["Leaking", "True"],
  ["Working", "False"],
  ["FieldsWithoutEffect", "True"],
];

/** Reasons of PoolExhausted=False that report a shortage to come. */
const shortagesToCome: ReadonlySet<string> = new Set(["PoolLow", "PoolTooSmall"]);

/** The conditions that report trouble, the causes before their effects. */
export function troubleConditions(
  conditions: readonly StoredCondition[] | undefined,
): readonly TroubleCondition[] {
  const known = conditions ?? [];
  const bad = troubleWhen.flatMap(([type, status]) =>
    known.filter((condition) => condition.type === type && condition.status === status),
  );
  const toCome = known.filter(
    ({ type, reason }) => type === "PoolExhausted" && shortagesToCome.has(reason),
  );
  return [...bad, ...toCome].map(({ type, status, reason, message, lastTransitionTime }) => ({
    type,
    status,
    reason,
    since: parseInstant(lastTransitionTime),
    message,
  }));
}
