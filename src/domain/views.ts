import type { AddressPhase } from "../api/address-phase.ts";
import type { ClaimCause, RetireCause, Want } from "../api/proxy-address.ts";
import type { Instant, Millis } from "./time.ts";
import type { IpRange } from "./ip.ts";

/** Gives numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** One ledger entry, as decisions see it. */
export interface AddressView {
  readonly name: string;
  readonly pool: string;
  readonly address: string | undefined;
  readonly slot: number;
  readonly lane: number;
  readonly cause: ClaimCause;
  readonly requestedAt: string | undefined;
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
  /** Open sessions over all pods; undefined while not every pod has said. */
  readonly sessions: number | undefined;
}

/** A pool that the fleet names. */
export interface PoolView {
  readonly name: string;
  readonly ranges: readonly IpRange[];
  readonly reserve: number;
  readonly quarantine: { readonly blocked: Millis; readonly retired: Millis; readonly unusable: Millis };
  /** Why the fleet may not claim from this pool at all; undefined when it may. */
  readonly refusal: string | undefined;
  /** How many more of its addresses the fleet's namespace may take; undefined without a limit. */
  readonly room: number | undefined;
}

/** All that the rotation of one fleet is decided from, but time and chance. */
export interface FleetView {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
  readonly paused: boolean;
  readonly deleting: boolean;
  readonly maxConcurrent: number;
  readonly drain: { readonly scheduled: Millis; readonly blocked: Millis };
  /** Resolvers may hand out an old address this long; zero without DNS. */
  readonly dnsTtl: Millis;
  readonly rotateAt: string | undefined;
  readonly lastHandledRotateAt: string | undefined;
  /** The fleet's own ledger entries, quarantined ones included. */
  readonly addresses: readonly AddressView[];
  /** The fleet's pools in order of preference. */
  readonly pools: readonly PoolView[];
  /** Pools that its entries came from, but that it names no more: nothing is claimed from them. */
  readonly formerPools: readonly PoolView[];
  /** Every address that the whole ledger holds, in canonical text. */
  readonly held: ReadonlySet<string>;
}

/** An address on its way to its people. */
export function isInMaking(address: AddressView): boolean {
  return (
    address.want === "Serve" &&
    !address.deleting &&
    !address.unusable &&
    (address.phase === "Provisioning" || address.phase === "Verifying")
  );
}

/** The address that a slot's people are told: its newest one that serves. */
export function publishedAddress(addresses: readonly AddressView[], slot: number): AddressView | undefined {
  const serving = addresses.filter((address) => address.slot === slot && address.phase === "Serving" && address.want === "Serve");
  return serving.toSorted((a, b) => b.phaseSince - a.phaseSince || (a.name < b.name ? -1 : 1))[0];
}
