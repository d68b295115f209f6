import type { ConditionReason } from "../api/reasons.ts";
import type { AddressPhase } from "../api/address-phase.ts";
import type { Verification } from "../api/proxy-address.ts";
import type { AddressView } from "../ledger/view.ts";
import type { Finding } from "../api/findings.ts";
import {
  type LoadBalancerView,
  givenAnother,
  lostAddress,
  waitingForLoadBalancer,
} from "./load-balancer.ts";
import { type Instant, type Millis, plus, seconds, since } from "../values/time.ts";
import { type Judgement, compareAfter } from "./judge.ts";

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
  const base = {
    service: "remove",
    verified: finding("False", "Retired", `${nameOf(situation)} is no longer used`),
  } as const;
  if (situation.service !== undefined)
    return {
      ...base,
      phase: situation.phase ?? "Provisioning",
      entry: "keep",
      requeueAt: plus(now, seconds(5)),
    };
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
  return {
    phase: "Serving",
    service: "keep",
    entry: "keep",
    verified:
      obstacle ?? lostAddress(service, address) ?? situation.verified ?? verifiedBefore(situation),
    requeueAt: service?.hostname === undefined ? undefined : plus(now, resolveEvery),
  };
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
  if (missing !== undefined)
    return {
      ...base,
      phase: "Provisioning",
      verified: missing,
      requeueAt: plus(now, seconds(5)),
    };
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
