import type { ProxyAddressStatus } from "../../api/proxy-address.ts";
import { type AddressDecision, type AddressSituation, decideAddress } from "../../domain/address-phase.ts";
import { type Finding, conditionsFrom } from "../../domain/conditions.ts";
import { type Instant, formatInstant, instant, parseInstant, since } from "../../domain/time.ts";
import { type Evidence, compareAfter, judge } from "../../domain/verification.ts";
import type { Service } from "../../manifests/objects.ts";
import { providers } from "../../manifests/providers.ts";
import { serviceManifest } from "../../manifests/service.ts";
import { serviceName } from "../../manifests/names.ts";
import type { ObservedAddress } from "./gather.ts";

/** What to do for one ledger entry, as plain data. */
export interface AddressPlan {
  readonly decision: AddressDecision;
  readonly service: Service | undefined;
  readonly status: Omit<ProxyAddressStatus, "reachability">;
}

/** Whether the address should be tried now, and whether another one of its pool as well. */
export function tryIsDue(observed: ObservedAddress, now: Instant): { readonly compare: boolean } | undefined {
  const situation = situationOf(observed, undefined, now);
  if (situation.want !== "Serve" || situation.phase === "Serving" || situation.obstacle !== undefined) return undefined;
  if (situation.service?.ip !== situation.address) return undefined;
  return { compare: situation.phase === "Verifying" && since(situation.phaseSince, now) >= compareAfter };
}

/** Decides the next step of a ledger entry. Pure. */
export function planAddress(observed: ObservedAddress, evidence: Evidence | undefined, now: Instant): AddressPlan {
  const situation = situationOf(observed, evidence, now);
  const decision = decideAddress(situation, now);
  const service = decision.service === "keep" && situation.obstacle === undefined ? serviceOf(observed) : undefined;
  return { decision, service, status: statusOf(observed, decision, now) };
}

function situationOf(observed: ObservedAddress, evidence: Evidence | undefined, now: Instant): AddressSituation {
  const { entry, services } = observed;
  const { spec, status, metadata } = entry;
  const address = spec.address ?? "";
  const [service] = services;
  const phaseSince = parseInstant(status.phaseSince) ?? now;
  const verifyingSince = status.phase === "Verifying" ? phaseSince : now;
  return {
    want: spec.want,
    phase: status.phase,
    phaseSince,
    deleting: metadata.deletionTimestamp !== undefined,
    quarantineUntil: parseInstant(spec.quarantineUntil),
    address,
    obstacle: obstacleTo(observed),
    service:
      service === undefined
        ? undefined
        : { ip: service.status?.loadBalancer?.ingress?.[0]?.ip, terminating: service.metadata.deletionTimestamp !== undefined },
    verdict: evidence === undefined ? undefined : judge(address, evidence, verifyingSince, now),
  };
}

/** What must be there before the entry can have a Service, in the order in which it comes about. */
function obstacleTo({ entry, fleet, pool, certificate }: ObservedAddress): Finding | undefined {
  const { claimRef, pool: poolName } = entry.spec;
  const unknown = (reason: string, message: string): Finding => ({ status: "Unknown", reason, message });
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
  if (!providers.has(pool.spec.provider))
    return unknown("ProviderUnknown", `pool ${poolName} has the provider ${pool.spec.provider}, which this version can't use yet`);
  if (certificate === undefined) return unknown("WaitingForLane", `lane ${entry.spec.lane} is being prepared in the fleet's pods`);
  return undefined;
}

function serviceOf({ entry, fleet, pool }: ObservedAddress): Service | undefined {
  const provider = providers.get(pool?.spec.provider ?? "");
  const { address } = entry.spec;
  if (fleet === undefined || pool === undefined || provider === undefined || address === undefined) return undefined;
  const { metadata, apiVersion, kind, spec } = entry;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
  return serviceManifest({
    entry: { name: metadata.name, uid: metadata.uid, owner, spec, address },
    fleet: fleet.spec.addresses,
    pool: pool.spec,
    provider,
  });
}

function statusOf({ entry, certificate, raw }: ObservedAddress, decision: AddressDecision, now: Instant): AddressPlan["status"] {
  const { spec, status, metadata } = entry;
  const phaseSince = status.phase === decision.phase ? status.phaseSince : undefined;
  const sha256 = certificate ?? status.certificateSHA256;
  const isVerified = decision.phase === "Serving" || decision.phase === "Draining" ? ({ verified: "Inside" } as const) : {};
  return {
    phase: decision.phase,
    phaseSince: phaseSince ?? formatInstant(now),
    ...(spec.address === undefined ? {} : { address: spec.address }),
    serviceName: serviceName(spec.claimRef.name, spec.claimRef.slot, metadata.uid),
    ...(sha256 === undefined ? {} : { certificateSHA256: sha256 }),
    ...isVerified,
    conditions: conditionsFrom({ Verified: decision.verified }, status.conditions ?? [], raw.metadata.generation ?? 0, now),
  };
}

/** The time for which a pod may lag behind before it is evicted (ms since the phase began). */
export function verifyingFor({ entry }: ObservedAddress, now: Instant): number {
  return entry.status.phase === "Verifying" ? since(parseInstant(entry.status.phaseSince) ?? instant(now), now) : 0;
}
