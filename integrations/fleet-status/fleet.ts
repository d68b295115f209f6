import { fieldsOf, listOf, numberOf, textOf, timeOf } from "./json.ts";
import { type Group, groupsOf } from "./groups.ts";

/** Something that is wrong with a fleet, in the operator's words. */
export interface Trouble {
  readonly type: string;
  readonly reason: string;
  readonly since: Date | undefined;
  readonly message: string;
}

/** How urgent a fleet is, the worst first. `Unknown`: no operator has looked at it. */
export type Urgency = "CutOff" | "Moving" | "AtRisk" | "Fine" | "Unknown";

/** A fleet, from its own object alone. */
export interface Fleet {
  readonly name: string;
  readonly namespace: string;
  readonly urgency: Urgency;
  readonly readyPods: number;
  readonly isPaused: boolean;
  /** The status is about an older spec. */
  readonly isOutdated: boolean;
  readonly groups: readonly Group[];
  /** The causes before their effects. */
  readonly troubles: readonly Trouble[];
  /** Whether people are reached, in the operator's words. */
  readonly reachable: string | undefined;
}

/** What is wrong while a condition has this status; the order is that of `proxyfleet status`. */
const troubleWhen: readonly (readonly [type: string, status: string])[] = [
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
  ["FieldsWithoutEffect", "True"],
];

/** Reads a WhatsAppProxy. It throws nothing, whatever the object is. */
export function readFleet(object: unknown): Fleet {
  const fleet = fieldsOf(object);
  const metadata = fieldsOf(fleet["metadata"]);
  const status = fieldsOf(fleet["status"]);
  const groups = groupsOf(fleet);
  const readyPods = numberOf(status["readyReplicas"]) ?? 0;
  const troubles = troublesOf(status["conditions"]);
  const observed = numberOf(status["observedGeneration"]);
  return {
    name: textOf(metadata["name"]) ?? "",
    namespace: textOf(metadata["namespace"]) ?? "",
    urgency: observed === undefined ? "Unknown" : urgencyOf({ readyPods, groups, troubles }),
    readyPods,
    isPaused: fieldsOf(fleet["spec"])["paused"] === true,
    isOutdated: observed !== undefined && observed !== numberOf(metadata["generation"]),
    groups,
    troubles,
    reachable: textOf(
      listOf(status["conditions"]).find(({ type }) => type === "Reachable")?.["message"],
    ),
  };
}

function urgencyOf({
  readyPods,
  groups,
  troubles,
}: Pick<Fleet, "readyPods" | "groups" | "troubles">): Urgency {
  if (readyPods === 0 || groups.some(({ state }) => state === "CutOff")) return "CutOff";
  if (groups.some(({ state }) => state === "Moving")) return "Moving";
  return troubles.length > 0 ? "AtRisk" : "Fine";
}

function troublesOf(conditions: unknown): readonly Trouble[] {
  const known = listOf(conditions);
  const bad = troubleWhen.flatMap(([type, status]) =>
    known.filter((each) => each["type"] === type && each["status"] === status),
  );
  // A shortage to come is reported while the condition is still False.
  const toCome = known.filter(({ reason }) => reason === "PoolLow" || reason === "PoolTooSmall");
  return [...new Set([...bad, ...toCome])].map((each) => ({
    type: textOf(each["type"]) ?? "",
    reason: textOf(each["reason"]) ?? "",
    since: timeOf(each["lastTransitionTime"]),
    message: textOf(each["message"]) ?? "",
  }));
}
