import type { AddressPhase } from "../api/address-phase.ts";
import type { ReachabilityVerdict } from "../api/proxy-address.ts";
import type { Urgency } from "../overview/fleet.ts";
import type { SlotState } from "../overview/slot.ts";

export type { ReachabilityVerdict, Urgency };

// What goes over the wire to the page, as JSON. Times are milliseconds since 1970 UTC. The page knows
// nothing else of the program. No link, token or secret is in any of it.

/** A slot, as the list of fleets shows it. */
export interface SlotRow {
  readonly slot: number;
  readonly state: SlotState;
  /** Left out for a viewer who may not read the ledger. */
  readonly address?: string;
  readonly blockedIn: readonly string[];
  /** What is said of the published address, `Unknown` left out. */
  readonly verdicts: readonly (readonly [country: string, verdict: ReachabilityVerdict])[];
  readonly burnt: number;
}

/** A fleet, as the list shows it. */
export interface FleetRow {
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly urgency: Urgency;
  /** What is wrong, in a sentence; empty where nothing is. */
  readonly words: string;
  readonly paused: boolean;
  readonly audience: readonly string[];
  readonly slots: readonly SlotRow[];
  readonly next?: MoveRow & { readonly slot: number };
  /** Changes whenever anything of the fleet's details may have changed. */
  readonly version: string;
}

/** A planned move. */
export interface MoveRow {
  readonly at: number;
  readonly reason: string;
}

/** A condition that reports trouble, or trouble to come. */
export interface TroubleRow {
  readonly type: string;
  readonly reason: string;
  readonly since?: number;
  readonly message: string;
}

/** A pool, as a gauge. */
export interface PoolRow {
  readonly name: string;
  readonly provider: string;
  readonly total: number;
  readonly serving: number;
  readonly draining: number;
  readonly quarantined: number;
  /** Left out where its provider gives what it gives. */
  readonly free?: number;
  readonly reserve: number;
  readonly nextFreeAt?: number;
  /** Left out where it does not run out, as far as anybody knows. */
  readonly runsOutAt?: number;
  readonly movesPerDay?: number;
  /** What is wrong with its spec, where it can't be read. */
  readonly unreadable?: string;
  readonly troubles: readonly TroubleRow[];
}

/** What a viewer's rights leave out. */
export type HiddenPart = "Addresses" | "Pools";

/** All that a viewer sees at once. */
export interface Board {
  readonly fleets: readonly FleetRow[];
  /** Left out for a viewer who may not read pools, or not the ledger. */
  readonly pools?: readonly PoolRow[];
  readonly hidden: readonly HiddenPart[];
}

/** What changed on a board. */
export interface BoardChange {
  /** Those that came, or are another now. */
  readonly fleets: readonly FleetRow[];
  /** Keys of those that are gone, or that the viewer may not see any more. */
  readonly gone: readonly string[];
  /** Left out where they are as before. */
  readonly pools?: readonly PoolRow[];
}

/** Open sessions of each slot of fleets, by their keys; null where a slot's are not known. */
export type SessionCounts = Readonly<Record<string, readonly (number | null)[]>>;

/** Whether what is shown is what the API server has. */
export interface Freshness {
  readonly isCurrent: boolean;
  /** The server's time. */
  readonly now: number;
}

/** One address of a slot, in a fleet's details. */
export interface AddressRow {
  readonly address?: string;
  readonly pool: string;
  readonly phase: AddressPhase;
  readonly since: number;
  readonly until?: number;
  readonly burnt: boolean;
  readonly refused: boolean;
  readonly waitsFor?: string;
  readonly verdicts: readonly VerdictRow[];
}

/** What evidence says of a slot's address in a country. */
export interface VerdictRow {
  readonly country: string;
  readonly verdict: ReachabilityVerdict;
  readonly since: number;
  /** The evidence, in a sentence. */
  readonly message?: string;
}

/** A slot, in a fleet's details. */
export interface SlotDetails {
  readonly slot: number;
  readonly state: SlotState;
  readonly message: string;
  readonly cutOff?: { readonly since?: number; readonly what: string };
  readonly burnt: number;
  readonly next?: MoveRow;
  /** Of the address that its people use. */
  readonly verdicts: readonly VerdictRow[];
  /** None for a viewer who may not read the ledger. */
  readonly addresses: readonly AddressRow[];
  /** How many earlier addresses rest. */
  readonly resting: number;
}

/** The time that one address lived in a slot. */
export interface TimelineBar {
  readonly slot: number;
  readonly address?: string;
  readonly phase: AddressPhase;
  readonly from: number;
  /** When it went dark; left out while it is lit. */
  readonly darkSince?: number;
  /** When its drain began; left out where it has none yet, or where nobody knows. */
  readonly drainSince?: number;
  readonly burnt: boolean;
}

/** One moment of a slot. */
export interface TimelineMark {
  readonly slot: number;
  readonly at: number;
  readonly kind: "Block" | "Move";
  readonly text: string;
}

/** Something that happened, in words. */
export interface HistoryRow {
  readonly at: number;
  readonly source: "Ledger" | "Event";
  readonly type: "Normal" | "Warning";
  readonly what: string;
  readonly text: string;
}

/** All that is shown of one fleet. */
export interface FleetDetails {
  readonly key: string;
  readonly pods: { readonly wanted: number; readonly ready: number };
  readonly audience: readonly string[];
  readonly pools: readonly string[];
  readonly slots: readonly SlotDetails[];
  readonly troubles: readonly TroubleRow[];
  /** What is wrong, and what to do, each in a sentence. */
  readonly advice: readonly string[];
  readonly bars: readonly TimelineBar[];
  readonly marks: readonly TimelineMark[];
  /** The newest first. */
  readonly history: readonly HistoryRow[];
  /** Whether Events are among it: the viewer may read them, and they could be read. */
  readonly hasEvents: boolean;
}

/** Why nothing is shown. */
export interface Refused {
  readonly why: "SignIn" | "NoRight" | "Busy" | "NotFound";
  /** For people. */
  readonly message: string;
}
