import type { Observed } from "../observed.ts";
import type { FleetOverview } from "../fleet.ts";
import type { Overview } from "../overview.ts";
import type { SlotOverview } from "../slot.ts";

/** Why people of a fleet are cut off, or may soon be, in one word for programs. */
export type CauseName =
  | "Deleting"
  | "InvalidSpec"
  | "ChildRefused"
  | "PodsFail"
  | "ConfigRefused"
  | "UpstreamGone"
  | "OperatorDown"
  | "Paused"
  | "MovesOff"
  | "ProtocolBlocked"
  | "Outage"
  | "LoadBalancerRefuses"
  | "PoolDry"
  | "Moving"
  | "AddressLost"
  | "AddressFails"
  | "NoAddress"
  | "Blocked"
  | "Suspected"
  | "Other";

/** Something that is wrong, and what a person can do about it. */
export interface Cause {
  readonly name: CauseName;
  /** What is wrong, since when, in the words of who says so; a clause without a full stop. */
  readonly says: string;
  /** The remedy: a field, a value, a command; a clause without a full stop. */
  readonly fix: string;
}

/** A fleet and all around it, as checks see it. */
export interface FleetCase {
  readonly overview: Overview;
  readonly fleet: FleetOverview;
  readonly observed: Observed;
}

/** One of its slots. */
export interface SlotCase extends FleetCase {
  readonly slot: SlotOverview;
}

/** `-n proxies`, as commands for people need it. */
export function inNamespace({ namespace }: FleetOverview): string {
  return `-n ${namespace}`;
}

/** The message of a condition that reports trouble, where it does. */
export function troubleOf({ fleet }: FleetCase, type: string) {
  return fleet.troubles.find((trouble) => trouble.type === type);
}

/** Without the full stop and the blanks at its end, so that it can stand in a sentence. */
export function clause(text: string): string {
  return text.trim().replace(/[.\s]+$/, "");
}
