import type { Finding } from "./conditions.ts";
import { type Instant, plus, seconds, since } from "./time.ts";
import { type Verdict, compareAfter } from "./verification.ts";
import type { AddressPhase } from "../api/address-phase.ts";
import type { Want } from "../api/proxy-address.ts";

/** One ledger entry and what exists of it, as the address controller sees it. */
export interface AddressSituation {
  readonly want: Want;
  readonly phase: AddressPhase | undefined;
  readonly phaseSince: Instant;
  readonly deleting: boolean;
  readonly quarantineUntil: Instant | undefined;
  readonly address: string;
  /** Why no Service can be made now: no fleet, no pool, no lane certificate. */
  readonly obstacle: Finding | undefined;
  readonly service: { readonly ip: string | undefined; readonly terminating: boolean } | undefined;
  /** Judged only while the address is being verified. */
  readonly verdict: Verdict | undefined;
}

/** What should be of the entry now. */
export interface AddressDecision {
  readonly phase: AddressPhase;
  readonly service: "keep" | "remove";
  /** `finish` lets a deleted entry go; `delete` ends a quarantine. */
  readonly entry: "keep" | "delete" | "finish";
  readonly verified: Finding;
  readonly lookAgainAt: Instant | undefined;
}

/** A load balancer that has not set the address after this long is told of with what to check. */
const providerPatience = seconds(60);

/** Next phase of a ledger entry. A Service goes before its lane does, since an address without pods refuses, which a scanner sees. */
export function decideAddress(situation: AddressSituation, now: Instant): AddressDecision {
  switch (situation.want) {
    case "Quarantine":
      return ending(situation, now);
    case "Drain":
      return { phase: "Draining", service: "keep", entry: "keep", verified: drainingFinding(situation), lookAgainAt: undefined };
    case "Serve":
      return situation.phase === "Serving" ? serving(situation) : starting(situation, now);
  }
}

function ending(situation: AddressSituation, now: Instant): AddressDecision {
  const base = { service: "remove", verified: finding("False", "Retired", `${situation.address} is no longer used`) } as const;
  if (situation.service !== undefined)
    return { ...base, phase: situation.phase ?? "Provisioning", entry: "keep", lookAgainAt: plus(now, seconds(5)) };
  const isOver = situation.quarantineUntil !== undefined && now >= situation.quarantineUntil;
  const entry = situation.deleting ? "finish" : isOver ? "delete" : "keep";
  // The fleet closes the lane when it sees the entry dark: let it see that before the entry goes.
  return situation.phase === "Quarantined"
    ? { ...base, phase: "Quarantined", entry, lookAgainAt: situation.quarantineUntil }
    : { ...base, phase: "Quarantined", entry: "keep", lookAgainAt: now };
}

function serving(situation: AddressSituation): AddressDecision {
  return {
    phase: "Serving",
    service: "keep",
    entry: "keep",
    verified: situation.obstacle ?? verifiedFinding(situation),
    lookAgainAt: undefined,
  };
}

function starting(situation: AddressSituation, now: Instant): AddressDecision {
  const base = { service: "keep", entry: "keep" } as const;
  const missing = situation.obstacle ?? providerFinding(situation, now);
  if (missing !== undefined) return { ...base, phase: "Provisioning", verified: missing, lookAgainAt: plus(now, seconds(5)) };
  const verdict = situation.verdict;
  if (verdict?.kind === "verified") return { ...base, phase: "Serving", verified: verifiedFinding(situation), lookAgainAt: undefined };
  const verified =
    verdict === undefined
      ? finding("Unknown", "Verifying", `${situation.address} is being tried`)
      : finding("False", verdict.reason, verdict.message);
  return { ...base, phase: "Verifying", verified, lookAgainAt: plus(now, retryPause(situation, verdict, now)) };
}

/** A fresh address is tried each second; one that fails for minutes, more seldom. */
function retryPause({ phase, phaseSince }: AddressSituation, verdict: Verdict | undefined, now: Instant) {
  if (verdict === undefined || phase !== "Verifying") return seconds(0);
  return since(phaseSince, now) < compareAfter ? seconds(1) : seconds(15);
}

function providerFinding({ service, address, phase, phaseSince }: AddressSituation, now: Instant): Finding | undefined {
  if (service === undefined) return finding("Unknown", "ServiceMissing", `the Service of ${address} is being made`);
  if (service.ip === address) return undefined;
  if (service.ip !== undefined) {
    return finding(
      "False",
      "OtherAddress",
      `the load balancer gave ${service.ip} instead of ${address}: check that the AddressPool's addresses are the load balancer's own, and its only`,
    );
  }
  const waited = phase === undefined ? 0 : since(phaseSince, now);
  if (waited < providerPatience) return finding("Unknown", "WaitingForLoadBalancer", `the load balancer has not set ${address} yet`);
  return finding(
    "False",
    "LoadBalancerSilent",
    `the load balancer has not set ${address} for more than a minute: check that it runs and that its own pool contains ${address} (kubectl describe service shows its Events)`,
  );
}

function verifiedFinding({ address }: AddressSituation): Finding {
  return finding("True", "Verified", `${address} answers on all ports with its own certificate, seen from inside the cluster`);
}

function drainingFinding({ address }: AddressSituation): Finding {
  return finding("True", "Draining", `${address} still serves, but is no longer published`);
}

function finding(status: Finding["status"], reason: string, message: string): Finding {
  return { status, reason, message };
}
