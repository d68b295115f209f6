import type { AddressPhase } from "../api/address-phase.ts";
import type { ClaimCause, RetireCause, ReachabilityVerdict, Want } from "../api/proxy-address.ts";
import type { Instant, Millis } from "./time.ts";
import type { HeldAddresses } from "./held.ts";
import type { Ip, IpRange } from "./ip.ts";
import type { RotationWindow } from "./windows.ts";

/** Gives numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** What the evidence says of an address in one country. */
export interface VerdictView {
  readonly country: string;
  readonly verdict: ReachabilityVerdict;
  readonly since: Instant;
  /** The evidence, in a sentence. */
  readonly message?: string;
}

/** One ledger entry, as decisions see it. */
export interface AddressView {
  readonly name: string;
  readonly pool: string;
  readonly address: string | undefined;
  readonly slot: number;
  readonly lane: number;
  readonly cause: ClaimCause;
  readonly requestedAt: string | undefined;
  /** Its number among the addresses that its slot ever had. Clocks jump, and a restored entry is as young as its restoration; this is not. */
  readonly turn: number;
  readonly want: Want;
  readonly drainUntil: Instant | undefined;
  readonly quarantineUntil: Instant | undefined;
  readonly retiredBecause: RetireCause | undefined;
  readonly phase: AddressPhase;
  readonly phaseSince: Instant;
  readonly createdAt: Instant;
  /** A person deleted the entry: the address is replaced, drained and forgotten. */
  readonly deleting: boolean;
  /** Verification failed for long while another address of the pool works: the fault is this address's own. */
  readonly unusable: boolean;
  /** Its load balancer has another address now, or none, though people were told of this one; undefined while it has this one. */
  readonly lost: { readonly since: Instant; readonly balancerHas: "another" | "none" } | undefined;
  /** A provider that can't be asked gave an address that the ledger holds already: it is kept, unused, until the slot has another. */
  readonly repeat: boolean;
  readonly reachability: readonly VerdictView[];
  /** Open sessions over all pods; undefined while not every pod has said. */
  readonly sessions: number | undefined;
}

/** A pool that the fleet names. */
export interface PoolView {
  readonly name: string;
  readonly ranges: readonly IpRange[];
  /** The provider gives what it gives: it can't be asked for an address, and nobody knows how many it has. */
  readonly assigned: boolean;
  /** How near to a blocked address is too near, while anything else is free: prefix lengths. */
  readonly avoidPrefix: { readonly ipv4: number; readonly ipv6: number };
  readonly reserve: number;
  readonly quarantine: { readonly blocked: Millis; readonly retired: Millis; readonly unusable: Millis };
  /** Why the fleet may not claim from this pool at all; undefined when it may. */
  readonly refusal: string | undefined;
  /** How many more of its addresses the fleet's namespace may take; undefined without a limit. */
  readonly room: number | undefined;
}

/** An address that some entry of the ledger holds, whatever its fleet and pool. */
export interface HeldAddress {
  readonly ip: Ip;
  readonly pool: string;
  /** It rests in quarantine: nobody uses it. */
  readonly resting: boolean;
  /** When its quarantine ends, where it rests. */
  readonly until: Instant | undefined;
  /** It was blocked somewhere: its neighbours are suspects too. */
  readonly burnt: boolean;
}

/** When slots move by themselves. */
export interface RotationRules {
  readonly onBlocked: boolean;
  /** Zero: never by age. */
  readonly maxAge: Millis;
  readonly minAge: Millis;
  readonly jitterPercent: number;
  /** None: at any time. */
  readonly windows: readonly RotationWindow[];
  readonly maxPerHourPercent: number;
}

/** All that the rotation of one fleet is decided from, but time and chance. */
export interface FleetView {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
  readonly paused: boolean;
  readonly deleting: boolean;
  readonly maxConcurrent: number;
  readonly rotation: RotationRules;
  /** Countries whose verdicts count; none: every country. */
  readonly audience: readonly string[];
  /** More than this share of the slots, failing within this time of each other, is an outage. */
  readonly outage: { readonly percent: number; readonly within: Millis };
  readonly drain: { readonly scheduled: Millis; readonly blocked: Millis };
  /** Resolvers may hand out an old address this long; zero without DNS. */
  readonly dnsTtl: Millis;
  readonly rotateAt: string | undefined;
  readonly lastHandledRotateAt: string | undefined;
  readonly reportBlocked: string | undefined;
  readonly lastHandledReport: string | undefined;
  /** Addresses that people are told to use, as the fleet's status says now. */
  readonly told: ReadonlySet<string>;
  /** The fleet's own ledger entries, quarantined ones included. */
  readonly addresses: readonly AddressView[];
  /** The fleet's pools in order of preference. */
  readonly pools: readonly PoolView[];
  /** Pools that its entries came from, but that it names no more: nothing is claimed from them. */
  readonly formerPools: readonly PoolView[];
  /** Every address that the whole ledger holds. */
  readonly held: HeldAddresses;
}

/** An address on its way to its people. */
export function isInMaking(address: AddressView): boolean {
  return (
    address.want === "Serve" &&
    !address.deleting &&
    !address.unusable &&
    !address.repeat &&
    (address.phase === "Provisioning" || address.phase === "Verifying")
  );
}

/** Whether people were ever told of this address. One that goes dark without a drain was never published. */
export function wasPublished({ phase, want, drainUntil }: AddressView): boolean {
  if (want === "Quarantine") return drainUntil !== undefined;
  return phase === "Serving" || phase === "Draining";
}

/** The address that a slot's people are to be told: its newest one that serves. They are once the fleet's status names it. */
export function publishedAddress(addresses: readonly AddressView[], slot: number): AddressView | undefined {
  const serving = addresses.filter((address) => address.slot === slot && address.phase === "Serving" && address.want === "Serve");
  return serving.toSorted((a, b) => b.turn - a.turn || b.phaseSince - a.phaseSince || (a.name < b.name ? -1 : 1))[0];
}
