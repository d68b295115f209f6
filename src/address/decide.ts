import type { ConditionReason } from "../api/reasons.ts";
import type { ProxyAddressStatus } from "../api/proxy-address.ts";
import { type AddressDecision, type AddressSituation, decideAddress } from "./phase.ts";
import { type Finding, conditionsFrom } from "../api/findings.ts";
import {
  type Instant,
  formatInstant,
  instant,
  parseInstant,
  seconds,
  since,
} from "../values/time.ts";
import { type Evidence, compareAfter, judge } from "./verification.ts";
import type { Service } from "../kubernetes/objects.ts";
import { knowsName, providers } from "../pool/providers.ts";
import { serviceManifest } from "./service.ts";
import { serviceName } from "../api/names.ts";
import type { ObservedAddress } from "./observe.ts";

/** What to do for one ledger entry, as plain data. */
export interface AddressPlan {
  readonly decision: AddressDecision;
  readonly service: Service | undefined;
  readonly status: Omit<ProxyAddressStatus, "reachability">;
  readonly urgency: Urgency;
}

/**
 * When a new status is written: at once, when the last one is a moment old, or not in this step.
 */
export type Urgency = "urgent" | "progress" | "quiet";

/**
 * A lane is prepared within this time of its claim: that it is not yet is no news before. Longer
 * where much else waits for the operator.
 */
const laneTime = { calm: seconds(10), busy: seconds(60) };

/** Whether the address should be tried now, and whether another one of its pool as well. */
export function tryIsDue(
  observed: ObservedAddress,
  now: Instant,
): { readonly compare: boolean } | undefined {
  const { want, phase, obstacle, address, service, phaseSince } = situationOf(
    observed,
    undefined,
    now,
  );
  if (want !== "Serve" || phase === "Serving" || obstacle !== undefined) return undefined;
  if (address === undefined || service?.given.includes(address) !== true) return undefined;
  return { compare: phase === "Verifying" && since(phaseSince, now) >= compareAfter };
}

/** Decides the next step of a ledger entry. Pure. */
export function planAddress(
  observed: ObservedAddress,
  evidence: Evidence | undefined,
  now: Instant,
): AddressPlan {
  const decision = decideAddress(situationOf(observed, evidence, now), now);
  const status = statusOf(observed, decision, now);
  return {
    decision,
    service: serviceOf(observed, decision),
    status,
    urgency: urgencyOf(observed, decision, now),
  };
}

/**
 * On the way to its first publication an address makes progress all the time, and only the end of
 * it is urgent.
 */
function urgencyOf(
  { entry, isBusy }: ObservedAddress,
  { phase, verified }: AddressDecision,
  now: Instant,
): Urgency {
  if (phase !== "Provisioning" && phase !== "Verifying") return "urgent";
  if (entry.status.phase !== undefined) return "progress";
  const isYoung =
    since(parseInstant(entry.metadata.creationTimestamp) ?? now, now) <
    laneTime[isBusy ? "busy" : "calm"];
  return verified.reason === "WaitingForLane" && isYoung ? "quiet" : "urgent";
}

function situationOf(
  observed: ObservedAddress,
  evidence: Evidence | undefined,
  now: Instant,
): AddressSituation {
  const { entry, services, balancer } = observed;
  const { spec, status, metadata } = entry;
  const [service] = services;
  const phaseSince = parseInstant(status.phaseSince) ?? now;
  const verifyingSince = status.phase === "Verifying" ? phaseSince : now;
  return {
    want: spec.want,
    phase: status.phase,
    phaseSince,
    deleting: metadata.deletionTimestamp !== undefined,
    quarantineUntil: parseInstant(spec.quarantineUntil),
    address: spec.address,
    canBeAsked: providers.get(observed.pool?.spec.provider ?? "")?.asks !== "nothing",
    obstacle: obstacleToService(observed) ?? obstacleToLane(observed),
    service:
      service === undefined || balancer === undefined
        ? undefined
        : { ...balancer, terminating: service.metadata.deletionTimestamp !== undefined },
    isRepeat: isRepeat(observed),
    verified: verifiedBefore(observed),
    verdict:
      evidence === undefined ? undefined : judge(spec.address ?? "", evidence, verifyingSince, now),
  };
}

/**
 * Once a repeat, always one: it may have ended its rest meanwhile, but its slot has asked for
 * another address already.
 */
function isRepeat({ entry: { spec, status }, heldElsewhere }: ObservedAddress): boolean {
  if (spec.address !== undefined) return false;
  return (
    heldElsewhere.length > 0 ||
    (status.conditions ?? []).some(({ type, reason }) => type === "Verified" && reason === "Repeat")
  );
}

const verifiedReasons = ["Verified", "VerifiedAtPods"] as const;

function verifiedBefore({ entry: { status } }: ObservedAddress): Finding | undefined {
  const before = (status.conditions ?? []).find(({ type }) => type === "Verified");
  const reason = verifiedReasons.find((known) => known === before?.reason);
  return before === undefined || reason === undefined
    ? undefined
    : { status: before.status, reason, message: before.message };
}

/** What must be there before the entry can have a Service, in the order in which it comes about. */
function obstacleToService({ entry, fleet, pool }: ObservedAddress): Finding | undefined {
  const { claimRef, pool: poolName, address } = entry.spec;
  if (fleet === undefined)
    return unknown(
      "FleetMissing",
      `the fleet ${claimRef.namespace}/${claimRef.name} that claimed this address does not exist, or can't be read`,
    );
  if (pool === undefined)
    return unknown(
      "PoolMissing",
      `pool ${poolName} does not exist, or can't be read: its Service is left as it is. Create the AddressPool again`,
    );
  const provider = providers.get(pool.spec.provider);
  if (provider === undefined)
    return unknown(
      "ProviderUnknown",
      `pool ${poolName} has the provider ${pool.spec.provider}, which this version can't use yet`,
    );
  if (!knowsName(provider, pool.spec, address))
    return unknown(
      "NameMissing",
      `spec.named of pool ${poolName} no longer lists ${address ?? "the address"}: its Service is left as it is. Add it again, or delete this ProxyAddress`,
    );
  return undefined;
}

function obstacleToLane({ entry, certificate }: ObservedAddress): Finding | undefined {
  return certificate === undefined
    ? unknown("WaitingForLane", `lane ${entry.spec.lane} is being prepared in the fleet's pods`)
    : undefined;
}

/**
 * The Service that should be, or undefined where what there is stays as it is. A repeat needs no
 * lane.
 */
function serviceOf(observed: ObservedAddress, { service }: AddressDecision): Service | undefined {
  const { entry, fleet, pool, services } = observed;
  const provider = providers.get(pool?.spec.provider ?? "");
  if (service === "remove" || fleet === undefined || pool === undefined || provider === undefined)
    return undefined;
  if (
    obstacleToService(observed) !== undefined ||
    (service === "keep" && obstacleToLane(observed) !== undefined)
  )
    return undefined;
  const { name, uid } = fleet.metadata;
  const { apiVersion, kind } = fleet;
  return serviceManifest({
    entry: { name: entry.metadata.name, spec: entry.spec },
    name: nameOf(entry, services),
    owner: { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true },
    fleet: fleet.spec.addresses,
    pool: pool.spec,
    provider,
    held: service === "hold",
  });
}

/**
 * A ledger entry that was lost and made again keeps its Service, whose name tells the uid of the
 * lost one.
 */
function nameOf(
  { metadata, spec }: ObservedAddress["entry"],
  [service]: readonly Service[],
): string {
  const isLeaving = service?.metadata.deletionTimestamp !== undefined;
  return service === undefined || isLeaving
    ? serviceName(spec.claimRef.name, spec.claimRef.slot, metadata.uid)
    : service.metadata.name;
}

function statusOf(
  observed: ObservedAddress,
  decision: AddressDecision,
  now: Instant,
): AddressPlan["status"] {
  const { entry, certificate, raw, balancer, services } = observed;
  const { spec, status } = entry;
  const phaseSince = status.phase === decision.phase ? status.phaseSince : undefined;
  const sha256 = certificate ?? status.certificateSHA256;
  const address = spec.address ?? balancer?.given[0];
  const isVerified =
    decision.phase === "Serving" || decision.phase === "Draining"
      ? ({ verified: "Inside" } as const)
      : {};
  return {
    phase: decision.phase,
    phaseSince: phaseSince ?? formatInstant(now),
    ...(address === undefined ? {} : { address }),
    serviceName: nameOf(entry, services),
    ...(sha256 === undefined ? {} : { certificateSHA256: sha256 }),
    ...isVerified,
    conditions: conditionsFrom(
      { Verified: decision.verified },
      { before: status.conditions ?? [], generation: raw.metadata.generation ?? 0, now },
    ),
  };
}

/** The time for which a pod may lag behind before it is evicted (ms since the phase began). */
export function verifyingFor({ entry }: ObservedAddress, now: Instant): number {
  return entry.status.phase === "Verifying"
    ? since(parseInstant(entry.status.phaseSince) ?? instant(now), now)
    : 0;
}

function unknown(reason: ConditionReason, message: string): Finding {
  return { status: "Unknown", reason, message };
}
