// ledger: the memory of addresses. Each ProxyAddress is one entry: who holds the address, on which
// lane of the pods, and until when it is in quarantine. This file is how decisions see an entry.

import type { AddressPhase } from "../api/address-phase.ts";
import type {
  ClaimCause,
  ProxyAddress,
  ReachabilityVerdict,
  RetireCause,
  Want,
} from "../api/proxy-address.ts";
import { type Ip, parseIp } from "../values/ip.ts";
import { type Instant, instant, parseInstant } from "../values/time.ts";
import { present } from "../values/present.ts";

type Reachability = NonNullable<ProxyAddress["status"]["reachability"]>[number];

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
  /**
   * Its number among the addresses that its slot has had. Clocks jump, and a restored entry is as
   * young as its restoration; this is not.
   */
  readonly ordinal: number;
  readonly want: Want;
  readonly drainUntil: Instant | undefined;
  readonly quarantineUntil: Instant | undefined;
  readonly retiredBecause: RetireCause | undefined;
  readonly phase: AddressPhase;
  readonly phaseSince: Instant;
  readonly createdAt: Instant;
  /** A person deleted the entry: the address is replaced, drained and forgotten. */
  readonly deleting: boolean;
  /**
   * Verification failed for long while another address of the pool works: the fault is this
   * address's own.
   */
  readonly unusable: boolean;
  /**
   * Its load balancer has another address now, or none, although this one was published; undefined
   * while it has this one.
   */
  readonly lost: { readonly since: Instant; readonly balancerHas: "another" | "none" } | undefined;
  /**
   * A provider that can't be asked gave an address that the ledger holds already: it is kept,
   * unused, until the slot has another.
   */
  readonly repeat: boolean;
  readonly reachability: readonly VerdictView[];
  /** Open sessions over all pods; undefined until every pod has reported. */
  readonly sessions: number | undefined;
}

/** An address that some entry of the ledger holds, of any fleet and pool. */
export interface HeldAddress {
  readonly ip: Ip;
  readonly pool: string;
  /** Nobody uses it: it waits until its quarantine is over. */
  readonly quarantined: boolean;
  /** When its quarantine ends, where it is in one. */
  readonly until: Instant | undefined;
  /** It was blocked somewhere: the addresses beside it are suspects too. */
  readonly burnt: boolean;
}

/** Open sessions by ledger entry, as the pods report them; unknown for an entry that is missing. */
export type SessionCounts = ReadonlyMap<string, number>;

/** A ledger entry as decisions see it. */
export function addressView(entry: ProxyAddress, sessions: SessionCounts = new Map()): AddressView {
  const { metadata, spec, status } = entry;
  const createdAt = parseInstant(metadata.creationTimestamp) ?? instant(0);
  return {
    name: metadata.name,
    pool: spec.pool,
    address: spec.address,
    slot: spec.claimRef.slot,
    lane: spec.lane,
    cause: spec.cause,
    requestedAt: spec.requestedAt,
    ordinal: spec.ordinal ?? 0,
    want: spec.want,
    drainUntil: parseInstant(spec.drainUntil),
    quarantineUntil: parseInstant(spec.quarantineUntil),
    retiredBecause: spec.retiredBecause,
    phase: status?.phase ?? "Provisioning",
    phaseSince: parseInstant(status?.phaseSince) ?? createdAt,
    createdAt,
    deleting: metadata.deletionTimestamp !== undefined,
    unusable: faultSince(entry, "Unusable") !== undefined,
    lost: lostView(entry),
    repeat: faultSince(entry, "Repeat") !== undefined || spec.retiredBecause === "Repeat",
    reachability: (status?.reachability ?? []).map(verdictView),
    sessions: sessions.get(metadata.name),
  };
}

type VerificationFault = "Unusable" | "AddressChanged" | "AddressLost" | "Repeat";

function lostView(entry: ProxyAddress): AddressView["lost"] {
  const changed = faultSince(entry, "AddressChanged");
  if (changed !== undefined) return { since: changed, balancerHas: "another" };
  const lost = faultSince(entry, "AddressLost");
  return lost === undefined ? undefined : { since: lost, balancerHas: "none" };
}

/** Since when verification has found this, by the address controller's condition. */
function faultSince({ status }: ProxyAddress, fault: VerificationFault): Instant | undefined {
  const found = (status?.conditions ?? []).find(
    ({ type, reason }) => type === "Verified" && reason === fault,
  );
  return found === undefined ? undefined : (parseInstant(found.lastTransitionTime) ?? instant(0));
}

function verdictView({ country, verdict, since, message }: Reachability): VerdictView {
  return { country, verdict, since: parseInstant(since) ?? instant(0), ...present({ message }) };
}

/**
 * An entry's address as every fleet must respect it; undefined while its provider has not given
 * one.
 */
export function heldAddress({ spec, status }: ProxyAddress): HeldAddress | undefined {
  if (spec.address === undefined) return undefined;
  const quarantined = spec.want === "Quarantine";
  const burnt =
    spec.retiredBecause === "Blocked" ||
    (status?.reachability ?? []).some(({ verdict }) => verdict === "Blocked");
  return {
    ip: parseIp(spec.address),
    pool: spec.pool,
    quarantined,
    until: quarantined ? parseInstant(spec.quarantineUntil) : undefined,
    burnt,
  };
}

/** An address that is being prepared: not published yet, and with nothing wrong so far. */
export function isInMaking(address: AddressView): boolean {
  return (
    address.want === "Serve" &&
    !address.deleting &&
    !address.unusable &&
    !address.repeat &&
    (address.phase === "Provisioning" || address.phase === "Verifying")
  );
}

/**
 * Whether the address was ever published. One that goes dark without a drain was not.
 */
export function wasPublished({ phase, want, drainUntil }: AddressView): boolean {
  if (want === "Quarantine") return drainUntil !== undefined;
  return phase === "Serving" || phase === "Draining";
}

/**
 * A slot's published address: its newest one that serves. People learn of it once the fleet's
 * status names it.
 */
export function publishedAddress(
  addresses: readonly AddressView[],
  slot: number,
): AddressView | undefined {
  const serving = addresses.filter(
    (address) => address.slot === slot && address.phase === "Serving" && address.want === "Serve",
  );
  return serving.toSorted(
    (a, b) => b.ordinal - a.ordinal || b.phaseSince - a.phaseSince || (a.name < b.name ? -1 : 1),
  )[0];
}
