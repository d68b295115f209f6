// ledger: the memory of addresses. Each ProxyAddress is one entry: who holds the address, on which
// lane of the pods, and until when it is in quarantine. This file is how decisions see an entry.

import type { AddressPhase } from "../api/address-phase.ts";
import type { ListenerName } from "../api/names.ts";
import {
  type BlockKind,
  type ClaimCause,
  type ProxyAddress,
  type ReachabilityVerdict,
  type RetireCause,
  type Want,
  parseProxyAddress,
} from "../api/proxy-address.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import { memoizeWeakly } from "../values/memoize.ts";
import { type Ip, parseIp } from "../values/ip.ts";
import { type Instant, instant, parseInstant } from "../values/time.ts";

type Reachability = NonNullable<ProxyAddress["status"]["reachability"]>[number];

/** What the evidence says of an address in one country. */
export interface VerdictView {
  readonly country: string;
  readonly verdict: ReachabilityVerdict;
  readonly since: Instant;
  /** The evidence, in a sentence. */
  readonly message?: string;
  /** Absent where no test says that it is blocked, and so where a person did. */
  readonly kind?: BlockKind;
  /** The ports that are concerned; absent where no test says so, as of a person's word. */
  readonly listeners?: readonly ListenerName[];
}

/** What became of a published address that its load balancer no longer has. */
export interface LostAddress {
  readonly since: Instant;
  readonly balancerHas: "another" | "none";
  /** For minutes, while other addresses of its pool are set: it is no outage. */
  readonly alone?: true;
}

/** Who refuses a claim, and why. */
export interface RefusedAddress {
  readonly since: Instant;
  /** In the words of who refuses it. */
  readonly message: string;
  /** Any other address of its pool would be refused as well. */
  readonly wholePool: boolean;
  /** It was claimed for an earlier spec of its fleet: the address has no fault. */
  readonly outdated?: true;
}

/** A Service that was asked to go. */
export interface LeavingService {
  readonly since: Instant;
  /** The finalizers that hold it, once it is overdue: its lane is closed from then on. */
  readonly heldBy: readonly string[] | undefined;
}

/** What its controller finds wrong with an address, or what it waits for. */
export interface AddressTrouble {
  /** Whether it fails, or only waits. */
  readonly fails: boolean;
  readonly since: Instant;
  /** For people, in the words of who says so. */
  readonly words: string;
}

/** One ledger entry, as every decision sees it: the one shape of it beside the API object. */
export interface AddressView {
  readonly name: string;
  readonly namespace: string;
  readonly fleet: string;
  /** The fleet that claimed it; another one of that name may have taken it over. */
  readonly fleetUid: string;
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
  readonly lost: LostAddress | undefined;
  /** It was never published, and its load balancer refuses it, or it can't be made any more. */
  readonly refused: RefusedAddress | undefined;
  /** It goes dark, and its Service is still there; undefined while nobody asked that to go. */
  readonly leaving: LeavingService | undefined;
  /**
   * A provider that can't be asked gave an address that the ledger holds already: it is kept,
   * unused, until the slot has another.
   */
  readonly repeat: boolean;
  /** What keeps it from serving; undefined while nothing does, or nothing is known. */
  readonly trouble: AddressTrouble | undefined;
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

/**
 * A ledger entry as decisions see it. Its sessions are not in the ledger: who asks pods adds them.
 */
export function addressView({ metadata, spec, status }: ProxyAddress): AddressView {
  const createdAt = parseInstant(metadata.creationTimestamp) ?? instant(0);
  const { claimRef } = spec;
  return {
    name: metadata.name,
    namespace: claimRef.namespace,
    fleet: claimRef.name,
    fleetUid: claimRef.uid,
    pool: spec.pool,
    address: spec.address,
    slot: claimRef.slot,
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
    ...faultView(status?.fault),
    leaving: leavingView(status?.leaving),
    ...(spec.retiredBecause === "Repeat" ? { repeat: true } : {}),
    trouble: troubleView(status?.conditions),
    reachability: (status?.reachability ?? []).map(verdictView),
    sessions: undefined,
  };
}

/** The view of an entry as the API server has it; none where it can't be read. */
export const viewOfEntry: (raw: CustomObject) => { readonly view: AddressView | undefined } =
  memoizeWeakly((raw) => {
    const parsed = parseProxyAddress(raw);
    return { view: parsed.ok ? addressView(parsed.value) : undefined };
  });

type Fault = ProxyAddress["status"]["fault"];

type FaultView = Pick<AddressView, "unusable" | "refused" | "lost" | "repeat">;

function faultView(fault: Fault): FaultView {
  const since = parseInstant(fault?.since) ?? instant(0);
  const none = { unusable: false, refused: undefined, lost: undefined, repeat: false };
  const alone = fault?.alone === true ? ({ alone: true } as const) : {};
  switch (fault?.kind) {
    case undefined:
      return none;
    case "Unusable":
      return { ...none, unusable: true };
    case "Refused": {
      const { message = "", wholePool = false } = fault;
      const outdated = fault.outdated === true ? ({ outdated: true } as const) : {};
      return { ...none, refused: { since, message, wholePool, ...outdated } };
    }
    case "Repeat":
      return { ...none, repeat: true };
    case "AddressChanged":
      return { ...none, lost: { since, balancerHas: "another" } };
    case "AddressLost":
      return { ...none, lost: { since, balancerHas: "none", ...alone } };
  }
}

function leavingView(leaving: ProxyAddress["status"]["leaving"]): AddressView["leaving"] {
  if (leaving === undefined) return undefined;
  return { since: parseInstant(leaving.since) ?? instant(0), heldBy: leaving.heldBy };
}

/** Only its status and its message are read: its reason is for people. */
function troubleView(conditions: ProxyAddress["status"]["conditions"]): AddressView["trouble"] {
  const verified = conditions?.find(({ type }) => type === "Verified");
  if (verified === undefined || verified.status === "True") return undefined;
  const { status, lastTransitionTime, message } = verified;
  const since = parseInstant(lastTransitionTime) ?? instant(0);
  return { fails: status === "False", since, words: message };
}

function verdictView({ since, ...verdict }: Reachability): VerdictView {
  return { ...verdict, since: parseInstant(since) ?? instant(0) };
}

/**
 * An entry's address as every fleet must respect it; undefined while its provider has not given
 * one.
 */
export function heldAddress(view: AddressView): HeldAddress | undefined {
  const { address, pool, want, quarantineUntil } = view;
  if (address === undefined) return undefined;
  const quarantined = want === "Quarantine";
  const until = quarantined ? quarantineUntil : undefined;
  return { ip: parseIp(address), pool, quarantined, until, burnt: isBurnt(view) };
}

/** Whether an address was blocked anywhere: it rests longest, and its neighbours are suspects. */
export function isBurnt({
  reachability,
  retiredBecause,
}: Pick<AddressView, "reachability" | "retiredBecause">): boolean {
  return retiredBecause === "Blocked" || reachability.some(({ verdict }) => verdict === "Blocked");
}

/** An address that is being prepared: not published yet, and with nothing wrong so far. */
export function isInMaking(address: AddressView): boolean {
  return isUnpublished(address) && address.refused === undefined;
}

/**
 * A claim that somebody refuses. It is kept, in case he changes his mind, until its slot takes
 * another address.
 */
export function isRefused(address: AddressView): boolean {
  return isUnpublished(address) && address.refused !== undefined;
}

function isUnpublished(address: AddressView): boolean {
  return (
    address.want === "Serve" &&
    !address.deleting &&
    !address.unusable &&
    !address.repeat &&
    (address.phase === "Provisioning" || address.phase === "Verifying")
  );
}

/** An address that is to be dark, and whose Service somebody holds. */
export function isHeldLit({ phase, leaving }: AddressView): boolean {
  return phase !== "Quarantined" && leaving?.heldBy !== undefined;
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
