import type { ConditionReason } from "../api/reasons.ts";
import type { AddressPhase } from "../api/address-phase.ts";
import type { AddressFault, Verification } from "../api/proxy-address.ts";
import type { AddressView } from "../ledger/view.ts";
import type { Finding } from "../api/findings.ts";
import {
  type LoadBalancerView,
  givenAnother,
  lostAddress,
  quoting,
  waitingForLoadBalancer,
} from "./load-balancer.ts";
import {
  type Instant,
  type Millis,
  earliest,
  millis,
  minutes,
  plus,
  seconds,
  since,
} from "../values/time.ts";
import type { BalancerWords } from "./balancer-words.ts";
import { type Judgement, compareAfter } from "./judge.ts";
import { type Leaving, type LeavingService, heldFinding, leavingOf } from "./leaving.ts";
import { type Refusal, refusalOf } from "./refusal.ts";

/** One ledger entry and what exists of it, as the address controller sees it. */
export interface AddressSituation extends Pick<
  AddressView,
  "want" | "phaseSince" | "deleting" | "quarantineUntil" | "address"
> {
  /** The entry is being deleted, and nobody is known to wish for that: it stays. */
  readonly held: boolean;
  /** Undefined before the first status. */
  readonly phase: AddressPhase | undefined;
  /** The time may be wrong: nothing is forgotten on its word. */
  readonly clocksDiffer?: boolean;
  /** Whether the provider can be asked for a certain address. */
  readonly canBeAsked: boolean;
  /** Why no Service can be made now: no fleet, no pool, no lane certificate. */
  readonly obstacle: Finding | undefined;
  readonly service: (LoadBalancerView & { readonly terminating: boolean }) | undefined;
  /**
   * What the provider gave, where it can't be asked: the ledger holds it already, so that it was
   * used before.
   */
  readonly isRepeat: boolean;
  /** What the load balancer says of the Service. */
  readonly words: BalancerWords | undefined;
  /** Since when others of the pool have been set; while this one never was, those made later. */
  readonly othersSetSince: Instant | undefined;
  /** What was reported before; `no` where the load balancer itself had refused it. */
  readonly fault:
    | {
        readonly kind: AddressFault;
        readonly since: Instant | undefined;
        readonly no?: { readonly message: string; readonly wholePool: boolean };
      }
    | undefined;
  /** How far the Service was from being gone, of an address that goes dark. */
  readonly leaving: Leaving | undefined;
  readonly leavingService: LeavingService | undefined;
  /** How the address was verified before it was published. */
  readonly verified: Finding | undefined;
  /** Of its last probe, while it is being verified. */
  readonly judgement: Judgement | undefined;
}

/** What should be of the entry now. */
export interface AddressDecision {
  readonly phase: AddressPhase;
  /**
   * `hold` keeps an address that was used before from being given again: its Service leads to no
   * pod.
   */
  readonly service: "keep" | "hold" | "remove";
  /** The address to enter into the ledger: what a provider gave that can't be asked. */
  readonly take?: string;
  /** `finish` lets a deleted entry go; `delete` ends a quarantine. */
  readonly entry: "keep" | "delete" | "finish";
  readonly verified: Finding;
  /** What makes it unfit for its slot, beside what the reason of `verified` says. */
  readonly refused?: Omit<Refusal, "finding">;
  readonly lostAlone?: true;
  readonly leaving?: Leaving;
  /** Who saw it answer, where this step publishes it. */
  readonly verifiedBy?: Verification;
  readonly requeueAt: Instant | undefined;
}

/** What waits for clocks to agree is looked at again after this time. */
const clockPatience = seconds(60);

/** A load balancer's name is resolved again after this time. */
export const resolveEvery = seconds(60);

/**
 * Next phase of a ledger entry. A Service goes before its lane does, since an address without pods
 * refuses, which a scanner sees.
 */
export function decidePhase(situation: AddressSituation, now: Instant): AddressDecision {
  switch (situation.want) {
    case "Quarantine":
      return ending(situation, now);
    case "Drain":
      return {
        phase: "Draining",
        service: "keep",
        entry: "keep",
        verified: drainingFinding(situation),
        requeueAt: undefined,
      };
    case "Serve":
      if (situation.isRepeat) return holding(situation);
      return situation.phase === "Serving" ? serving(situation, now) : starting(situation, now);
  }
}

function ending(situation: AddressSituation, now: Instant): AddressDecision {
  const name = nameOf(situation);
  const retired = finding("False", "Retired", `${name} is no longer used`);
  const { leavingService, leaving: before } = situation;
  if (leavingService !== undefined) {
    const leaving = leavingOf(before, leavingService, now);
    return {
      service: "remove",
      verified: heldFinding(name, leavingService, leaving) ?? retired,
      leaving,
      phase: situation.phase ?? "Provisioning",
      entry: "keep",
      requeueAt: plus(now, seconds(5)),
    };
  }
  // That its lane was closed early is remembered: it must not be opened again.
  const leaving = before?.heldBy === undefined ? {} : { leaving: before };
  const base = { service: "remove", verified: retired, ...leaving } as const;
  const isDue = situation.quarantineUntil !== undefined && now >= situation.quarantineUntil;
  const isOver = isDue && situation.clocksDiffer !== true;
  const dark = { ...base, phase: "Quarantined" } as const;
  // The fleet closes the lane when it sees the entry dark: let it see that before the entry goes.
  if (situation.phase !== "Quarantined") return { ...dark, entry: "keep", requeueAt: now };
  const requeueAt = situation.quarantineUntil;
  if (situation.held) return { ...dark, entry: "keep", requeueAt: undefined };
  if (situation.deleting) return { ...dark, entry: "finish", requeueAt };
  if (isOver) return { ...dark, entry: "delete", requeueAt };
  return { ...dark, entry: "keep", requeueAt: isDue ? plus(now, clockPatience) : requeueAt };
}

/**
 * Given back, it would be given again at once: it is kept until the fleet has another address, or
 * stops asking.
 */
function holding({ service }: AddressSituation): AddressDecision {
  const given = service?.given[0] ?? "an address";
  return {
    phase: "Provisioning",
    service: "hold",
    entry: "keep",
    verified: finding(
      "False",
      "Repeat",
      `the provider gave ${given}, which was used before and rests: it is kept, unused, so that the provider gives another one`,
    ),
    requeueAt: undefined,
  };
}

function serving(situation: AddressSituation, now: Instant): AddressDecision {
  const { service, address, obstacle } = situation;
  const lostAlone = isLostAlone(situation, now);
  const lost = lostAddress(service, address, { lostAlone, words: situation.words });
  const resolvesAt = service?.hostname === undefined ? undefined : plus(now, resolveEvery);
  return {
    phase: "Serving",
    service: "keep",
    entry: "keep",
    verified: obstacle ?? lost ?? situation.verified ?? verifiedBefore(situation),
    ...(lostAlone && obstacle === undefined ? { lostAlone } : {}),
    requeueAt: earliest(resolvesAt, lost === undefined ? undefined : plus(now, lookAtLost)),
  };
}

/** What is lost may come back, or its neighbours may go as well: it is looked at again. */
const lookAtLost = seconds(15);

/** A load balancer that was restarted takes some time to set all its addresses again. */
const lostPatience = minutes(2);

/**
 * Whether the load balancer has taken back this address and not all of them: for minutes it has had
 * none, while others of its pool had theirs. That all are gone is an outage, and passes.
 */
function isLostAlone({ fault, othersSetSince, service }: AddressSituation, now: Instant): boolean {
  if (fault?.kind !== "AddressLost" || service === undefined || service.given.length > 0)
    return false;
  const isLong = (from: Instant | undefined) =>
    from !== undefined && since(from, now) >= lostPatience;
  return isLong(fault.since) && isLong(othersSetSince);
}

function starting(situation: AddressSituation, now: Instant): AddressDecision {
  const base = { service: "keep", entry: "keep" } as const;
  const { phase, phaseSince, address, service, obstacle, judgement } = situation;
  const given = service?.given[0];
  if (obstacle === undefined && address === undefined && given !== undefined)
    return {
      ...base,
      phase: "Provisioning",
      take: given,
      verified: takenFinding(given),
      requeueAt: now,
    };
  const provisioningSince = phase === undefined ? undefined : phaseSince;
  const provisioning = { balancer: service, address, provisioningSince };
  const another = situation.canBeAsked ? undefined : givenAnother(provisioning, now);
  const missing = obstacle ?? another ?? waitingForLoadBalancer(provisioning, now);
  if (missing !== undefined) return waiting(situation, missing, now);
  if (judgement?.kind === "verified") {
    const requeueAt = service?.hostname === undefined ? undefined : plus(now, resolveEvery);
    const { by, message } = judgement;
    return {
      ...base,
      phase: "Serving",
      verified: finding("True", by === "ByPods" ? "VerifiedAtPods" : "Verified", message),
      verifiedBy: by,
      requeueAt,
    };
  }
  const verified =
    judgement === undefined
      ? finding("Unknown", "Verifying", `${nameOf(situation)} is being tried`)
      : finding("False", judgement.reason, judgement.message);
  return {
    ...base,
    phase: "Verifying",
    verified,
    requeueAt: plus(now, retryPause(situation, now)),
  };
}

/** What waits is looked at again; a load balancer that was found silent, more seldom. */
const waitingEvery = { usual: seconds(5), silent: seconds(15) };

/** A claim that can't be tried yet, and may be refused for good. */
function waiting(situation: AddressSituation, missing: Finding, now: Instant): AddressDecision {
  const { phase, phaseSince, service, address, words, othersSetSince, fault } = situation;
  const waited = phase === undefined ? millis(0) : since(phaseSince, now);
  const hasService = service !== undefined;
  const claim = { address, missing, waited, hasService, words, othersSetSince };
  const isGiven = address !== undefined && service?.given.includes(address) === true;
  const refusedBefore = fault?.no;
  const refusal = refusalOf({ ...claim, words: isGiven ? undefined : words, refusedBefore }, now);
  return {
    service: "keep",
    entry: "keep",
    phase: "Provisioning",
    verified: refusal?.finding ?? quoting(missing, words),
    ...(refusal === undefined ? {} : { refused: refusal }),
    requeueAt: plus(
      now,
      waitingEvery[missing.reason === "LoadBalancerSilent" ? "silent" : "usual"],
    ),
  };
}

/** At once while there is no judgement yet: a probe that is asked for brings one. */
function retryPause({ phase, phaseSince, judgement }: AddressSituation, now: Instant): Millis {
  if (judgement === undefined) return seconds(0);
  // Its first failure may wait to be reported: looking again meanwhile would find nothing new.
  return probePause(phase === "Verifying" ? phaseSince : now, now);
}

/** A fresh address is probed each second; one that fails for minutes, less often. */
export function probePause(verifyingSince: Instant, now: Instant): Millis {
  return since(verifyingSince, now) < compareAfter ? seconds(1) : seconds(15);
}

function takenFinding(given: string): Finding {
  return finding(
    "Unknown",
    "Verifying",
    `the provider gave ${given}; it is entered into the ledger and tried`,
  );
}

function verifiedBefore(situation: AddressSituation): Finding {
  return finding("True", "Verified", `${nameOf(situation)} was verified before it was published`);
}

function drainingFinding(situation: AddressSituation): Finding {
  return finding(
    "True",
    "Draining",
    `${nameOf(situation)} still serves, but is no longer published`,
  );
}

function nameOf({ address, service }: AddressSituation): string {
  return address ?? service?.given[0] ?? "the address";
}

function finding(status: Finding["status"], reason: ConditionReason, message: string): Finding {
  return { status, reason, message };
}
