import { addressFinalizer, fieldManagers, serviceName } from "../api/names.ts";
import type { AddressFault, ProxyAddressStatus } from "../api/proxy-address.ts";
import { type Finding, conditionsFrom } from "../api/findings.ts";
import * as resources from "../api/resources.ts";
import { pods as podResource, services as serviceResource } from "../kubernetes/builtin.ts";
import type { KubeObject, Service } from "../kubernetes/objects.ts";
import { keyOf, stateOf } from "../kubernetes/resource.ts";
import { ledgerName } from "../values/ip.ts";
import { providers } from "../pool/providers.ts";
import type { Effect } from "../runtime/effect.ts";
import type { Pacing } from "../runtime/pacer.ts";
import { type Context, type Plan, planOf } from "../runtime/plan.ts";
import { type Instant, formatInstant, parseInstant, plus, seconds, since } from "../values/time.ts";
import { type AddressAsk, asksOf, probeResult, verifyingSince } from "./asks.ts";
import { judge } from "./judge.ts";
import { obstacleToLane, obstacleToService, serviceEffect, serviceRefused } from "./obstacle.ts";
import type { ObservedAddress } from "./observed.ts";
import { type AddressDecision, type AddressSituation, decidePhase } from "./phase.ts";
import { serviceManifest } from "./service.ts";

/** A pod that has not taken over a lane after this long is evicted. */
const evictAfter = seconds(60);

/** An answer that does not come is asked for again after this time. */
const answerPatience = seconds(60);

/** Between two writes of a status that report only progress. */
const progressPacing: Pacing = { kind: "throttle", everyMs: 1_000 };

/**
 * A lane is prepared within this time of its claim: that it is not yet is not reported before. Longer
 * where much else waits for the operator.
 */
const laneTime = { calm: seconds(10), busy: seconds(60) };

/** Decides the next step of a ledger entry: its Service, its phase, and its end. */
export function decideAddress(observed: ObservedAddress, { now }: Context): Plan<AddressAsk> {
  const asks = asksOf(observed, now);
  const decision = decidePhase(situationOf(observed, now), now);
  const requeueAt = asks.length > 0 ? plus(now, answerPatience) : decision.requeueAt;
  const { name } = observed.entry.metadata;
  const explanations = [{ subject: name, text: decision.verified.message }];
  const effects =
    decision.entry === "finish"
      ? [finishing(observed)]
      : effectsOf(observed, decision, { asks, now });
  return planOf({ effects, asks, requeueAt, explanations });
}

function effectsOf(
  observed: ObservedAddress,
  decision: AddressDecision,
  { asks, now }: { readonly asks: readonly AddressAsk[]; readonly now: Instant },
): readonly Effect[] {
  const finalizer = finalizerEffect(observed);
  const taken = takingEffect(observed, decision);
  const removals = removalEffects(observed, decision);
  if (taken !== undefined) return [...finalizer, taken];
  const service = makingService(observed, decision, finalizer);
  // What is asked is told with its answer: until then nothing has changed.
  const status = asks.length > 0 ? [] : statusEffect(observed, decision, now);
  const evictions = asks.length > 0 ? [] : evictionEffects(observed, now);
  return [
    ...finalizer,
    ...removals,
    ...service,
    ...status,
    ...evictions,
    ...forgetting(observed, decision),
  ];
}

function situationOf(observed: ObservedAddress, now: Instant): AddressSituation {
  const { entry, services, balancer } = observed;
  const { spec, status, metadata } = entry;
  const [service] = services;
  const probe = probeResult(observed, now);
  const address = spec.address ?? "";
  return {
    want: spec.want,
    phase: status.phase,
    phaseSince: parseInstant(status.phaseSince) ?? now,
    deleting: metadata.deletionTimestamp !== undefined,
    quarantineUntil: parseInstant(spec.quarantineUntil),
    address: spec.address,
    canBeAsked: providers.get(observed.pool?.spec.provider ?? "")?.asks !== "nothing",
    obstacle: obstacleToService(observed) ?? serviceRefused(observed) ?? obstacleToLane(observed),
    service:
      service === undefined || balancer === undefined
        ? undefined
        : { ...balancer, terminating: service.metadata.deletionTimestamp !== undefined },
    isRepeat: isRepeat(observed),
    verified: verifiedBefore(observed),
    judgement:
      probe === undefined
        ? undefined
        : judge({ address, probe, verifyingSince: verifyingSince(observed, now), now }),
  };
}

/**
 * Once a repeat, always one: it may have ended its rest meanwhile, but its slot has asked for
 * another address already.
 */
function isRepeat({ entry: { spec, status }, heldElsewhere }: ObservedAddress): boolean {
  if (spec.address !== undefined) return false;
  return heldElsewhere.length > 0 || status.fault?.kind === "Repeat";
}

const verifiedReasons = ["Verified", "VerifiedAtPods"] as const;

function verifiedBefore({ entry: { status } }: ObservedAddress): Finding | undefined {
  const before = (status.conditions ?? []).find(({ type }) => type === "Verified");
  const reason = verifiedReasons.find((known) => known === before?.reason);
  if (before === undefined || reason === undefined) return undefined;
  return { status: before.status, reason, message: before.message };
}

/** Whoever has set it: it goes, and those of others stay. */
function finishing({ raw }: ObservedAddress): Effect {
  const finalizers = (raw.metadata.finalizers ?? []).filter((each) => each !== addressFinalizer);
  return {
    kind: "patch",
    id: "finalizer",
    of: resources.addresses,
    key: keyOf(raw),
    state: stateOf(raw),
    metadata: { finalizers },
    fieldManager: fieldManagers.address,
  };
}

/**
 * The finalizer comes before the Service: no entry may go and leave a Service behind that still
 * shows the address. A claim is born with it; an entry that was adopted or came out of a backup is
 * not.
 */
function finalizerEffect({ entry, raw }: ObservedAddress): readonly Effect[] {
  const hasFinalizer = raw.metadata.finalizers?.includes(addressFinalizer) ?? false;
  if (hasFinalizer || entry.metadata.deletionTimestamp !== undefined) return [];
  const { name } = entry.metadata;
  const { address } = entry.spec;
  // What this manager once set and leaves out now would be taken away: the address that a provider
  // gave stays.
  const given = address === undefined || name === ledgerName(address) ? {} : { spec: { address } };
  return [entryEffect("finalizer", raw, given)];
}

/**
 * Enters into the ledger what a provider gave that can't be asked. From then on nobody else may have
 * it.
 */
function takingEffect({ raw }: ObservedAddress, { take }: AddressDecision): Effect | undefined {
  return take === undefined ? undefined : entryEffect("address", raw, { spec: { address: take } });
}

function entryEffect(id: string, raw: KubeObject, fields: object): Effect {
  const { apiVersion, kind, metadata } = raw;
  const object = {
    apiVersion,
    kind,
    metadata: { name: metadata.name, finalizers: [addressFinalizer] },
    ...fields,
  };
  const of = resources.addresses;
  return {
    kind: "apply",
    id,
    of,
    object,
    fieldManager: fieldManagers.address,
    state: stateOf(raw),
  };
}

function removalEffects(
  { services }: ObservedAddress,
  decision: AddressDecision,
): readonly Effect[] {
  if (decision.service !== "remove") return [];
  const live = services.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return live.map((service) => ({
    kind: "delete",
    id: `remove ${service.metadata.name}`,
    of: serviceResource,
    key: keyOf(service),
    state: stateOf(service),
  }));
}

function makingService(
  observed: ObservedAddress,
  decision: AddressDecision,
  finalizer: readonly Effect[],
): readonly Effect[] {
  const object = serviceOf(observed, decision);
  if (object === undefined) return [];
  const needs = finalizer.map(({ id }) => id);
  const fieldManager = fieldManagers.address;
  return [{ kind: "apply", id: serviceEffect, of: serviceResource, object, fieldManager, needs }];
}

/** The Service that should be, or undefined where what there is stays as it is. */
function serviceOf(observed: ObservedAddress, { service }: AddressDecision): Service | undefined {
  const { entry, fleet, pool } = observed;
  const provider = providers.get(pool?.spec.provider ?? "");
  if (service === "remove" || fleet === undefined || pool === undefined || provider === undefined)
    return undefined;
  // A repeat needs no lane.
  const waitsForLane = service === "keep" && obstacleToLane(observed) !== undefined;
  if (obstacleToService(observed) !== undefined || waitsForLane) return undefined;
  const { name, uid } = fleet.metadata;
  const { apiVersion, kind } = fleet;
  return serviceManifest({
    entry: { name: entry.metadata.name, spec: entry.spec },
    name: nameOf(observed),
    owner: { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true },
    fleet: fleet.spec.addresses,
    pool: pool.spec,
    provider,
    held: service === "hold",
  });
}

/** An entry that was lost and made again keeps its Service, whose name holds the lost one's uid. */
function nameOf({ entry: { metadata, spec }, services: [service] }: ObservedAddress): string {
  const isLeaving = service?.metadata.deletionTimestamp !== undefined;
  if (service !== undefined && !isLeaving) return service.metadata.name;
  return serviceName(spec.claimRef.name, spec.claimRef.slot, metadata.uid);
}

/** A Service that is made now changes what there is to report: the next pass reports it. */
function statusEffect(
  observed: ObservedAddress,
  decision: AddressDecision,
  now: Instant,
): readonly Effect[] {
  const pacing = pacingOf(observed, decision, now);
  if (pacing === "none") return [];
  const { entry, raw, services } = observed;
  const { reachability: _reachability, ...before } = entry.status;
  const isMade = services.length === 0 && serviceOf(observed, decision) !== undefined;
  return [
    {
      kind: "status",
      id: "status",
      of: resources.addresses,
      about: raw,
      before,
      status: statusOf(observed, decision, now),
      fieldManager: fieldManagers.address,
      ...(pacing === undefined ? {} : { pacing }),
      ...(isMade ? { unless: [serviceEffect] } : {}),
    },
  ];
}

/**
 * On the way to its first publication an address makes progress all the time, and only the end of it
 * is urgent.
 */
function pacingOf(
  { entry, isBusy }: ObservedAddress,
  { phase, verified }: AddressDecision,
  now: Instant,
): Pacing | "none" | undefined {
  if (phase !== "Provisioning" && phase !== "Verifying") return undefined;
  if (entry.status.phase !== undefined) return progressPacing;
  const created = parseInstant(entry.metadata.creationTimestamp) ?? now;
  const isYoung = since(created, now) < laneTime[isBusy ? "busy" : "calm"];
  return verified.reason === "WaitingForLane" && isYoung ? "none" : undefined;
}

function statusOf(
  observed: ObservedAddress,
  decision: AddressDecision,
  now: Instant,
): Omit<ProxyAddressStatus, "reachability"> {
  const { entry, certificate, raw, balancer } = observed;
  const { spec, status } = entry;
  const phaseSince = status.phase === decision.phase ? status.phaseSince : undefined;
  const sha256 = certificate ?? status.certificateSHA256;
  const address = spec.address ?? balancer?.given[0];
  const isPublished = decision.phase === "Serving" || decision.phase === "Draining";
  const verified = decision.verifiedBy ?? status.verified ?? "Inside";
  const generation = raw.metadata.generation ?? 0;
  const findings = { Verified: decision.verified };
  return {
    phase: decision.phase,
    phaseSince: phaseSince ?? formatInstant(now),
    ...(address === undefined ? {} : { address }),
    serviceName: nameOf(observed),
    ...(sha256 === undefined ? {} : { certificateSHA256: sha256 }),
    ...(isPublished ? { verified } : {}),
    ...faultOf(observed, decision, now),
    conditions: conditionsFrom(findings, status.conditions ?? [], generation, now),
  };
}

const faults: ReadonlyMap<string, AddressFault> = new Map([
  ["Unusable", "Unusable"],
  ["AddressChanged", "AddressChanged"],
  ["AddressLost", "AddressLost"],
  ["Repeat", "Repeat"],
]);

/** What the fleet must act on, as a field of its own: a condition's reason is for people. */
function faultOf(
  { entry: { status } }: ObservedAddress,
  { verified }: AddressDecision,
  now: Instant,
): Pick<ProxyAddressStatus, "fault"> {
  const kind = faults.get(verified.reason);
  if (kind === undefined) return {};
  const known = status.fault?.kind === kind ? status.fault : undefined;
  return { fault: known ?? { kind, since: formatInstant(now) } };
}

/** A rotation waits no longer than this for a pod. The budget may refuse; it is tried again. */
function evictionEffects(observed: ObservedAddress, now: Instant): readonly Effect[] {
  if (since(verifyingSince(observed, now), now) <= evictAfter) return [];
  const lagging = probeResult(observed, now)?.lagging ?? [];
  return lagging.flatMap(({ pod: name, problem }) => {
    const pod = observed.pods.find(({ metadata }) => metadata.name === name);
    if (pod === undefined) return [];
    const id = `evict ${name}`;
    const of = podResource;
    const effect = {
      kind: "evict",
      id,
      of,
      key: keyOf(pod),
      state: stateOf(pod),
      because: problem,
    } as const;
    return [{ ...effect, optional: true } as const];
  });
}

/** A quarantine is over: what was remembered of the address is forgotten. */
function forgetting({ raw }: ObservedAddress, { entry }: AddressDecision): readonly Effect[] {
  if (entry !== "delete") return [];
  const of = resources.addresses;
  return [{ kind: "delete", id: "forget", of, key: keyOf(raw), state: stateOf(raw) }];
}
