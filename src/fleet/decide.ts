import type { StatusView } from "./findings.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import { fieldManagers, fleetFinalizer, podSelector } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import { stateOf } from "../kubernetes/resource.ts";
import { nextLaneClosesAt } from "../ledger/lane-use.ts";
import type { AddressView } from "../ledger/view.ts";
import { type FleetNames, fleetNames } from "../dns/fleet-names.ts";
import type { LimitsView } from "../pods/limits-applied.ts";
import { podsView } from "../pods/view.ts";
import { measured } from "../reachability/measured.ts";
import { type FleetView, fleetView, lanesUsedBy } from "../rotation/fleet-view.ts";
import { type RotationPlan, planRotation } from "../rotation/plan.ts";
import type { ApplyEffect, Effect } from "../runtime/effect.ts";
import { type Context, type Explanation, type Plan, planOf } from "../runtime/plan.ts";
import { type Instant, earliest, plus, seconds } from "../values/time.ts";
import { type FleetAsk, certificateAsks, deletionAsks, nextRenewalAt, podAsks } from "./asks.ts";
import { type Bank, bankLookAt, laneBank } from "./bank.ts";
import { childEffects, ownerOf } from "./children.ts";
import { evictionEffects, evictionLookAt } from "./evictions.ts";
import { nextHeldLitAt } from "./held.ts";
import { type FleetLane, lanesOf } from "./lanes.ts";
import { claimEffects, claimId, retireEffects } from "./ledger-effects.ts";
import { waitsForTurn } from "./deployment.ts";
import { isInTurn } from "./rollout.ts";
import {
  deletionAskedAt,
  finishing,
  heldBecause,
  isDark,
  isEnding,
  isUnconfirmed,
  patienceUntil,
} from "./deletion.ts";
import { planMalformed } from "./malformed.ts";
import type { LiveFleet, ObservedFleet } from "./observed.ts";
import { planOrphans } from "./orphans.ts";
import { type StatusBefore, stuckAt } from "./progress.ts";
import { eventEffects, pacingOf, statusEffect } from "./report.ts";
import { lanesAreClosed, withSessions } from "./sessions.ts";
import { renewalWithoutEffect, secretDueAt, shareEffects } from "./shares.ts";
import { type FleetStatus, fleetStatus, moveOverdueAt } from "./status.ts";
import { closedUpstreams } from "./closed-upstreams.ts";
import { fieldsWithoutEffect } from "./without-effect.ts";

/** A Service whose entry was lost is mended within a moment: then the fleet may claim again. */
const mendPatience = seconds(1);

/** A fleet that is being deleted looks this often whether its pods have closed their lanes. */
const closingEvery = seconds(1);

/**
 * Decides the next step of a fleet: its addresses, its pods, and what is reported. Pure but for the
 * time and the random source that it is given.
 */
export function decideFleet(observed: ObservedFleet, context: Context): Plan<FleetAsk> {
  const orphans = planOrphans(observed, context.now);
  const { raw, parsed } = observed;
  if (raw === undefined || parsed === undefined) return orphans;
  const plan = parsed.ok
    ? decideLive({ observed: { ...observed, raw }, fleet: parsed.value }, context)
    : planMalformed({ ...observed, raw }, parsed.problem, context.now);
  return { ...plan, effects: [...orphans.effects, ...plan.effects] };
}

/** What is decided of a fleet that exists, before it is written. */
interface Decision {
  readonly view: FleetView;
  readonly names: FleetNames;
  readonly rotation: RotationPlan;
  readonly bank: Bank;
  readonly lanes: readonly FleetLane[];
  readonly status: FleetStatus;
  /** When a move that is under way will have taken long. */
  readonly overdueAt: Instant | undefined;
  /** What has to be known, or made, first. */
  readonly asks: readonly FleetAsk[];
}

function decideLive(
  live: LiveFleet,
  { now, random, clocksDiffer = false }: Context,
): Plan<FleetAsk> {
  const { observed, fleet } = live;
  const { pools, formerPools, held, unreadable, orphans, holds } = observed;
  if (isUnconfirmed(observed)) return planOf({ asks: deletionAsks(observed, now) });
  const entries = withSessions(observed, now);
  const doubtfulLanes = unreadable.flatMap(({ lane }) => lane ?? []);
  const former = orphans.map(({ view }) => view);
  const ledger = { entries, former, pools, formerPools, held, doubtfulLanes };
  const names = namesOf(live, entries, now);
  const seen = fleetView({ fleet, ...ledger, clocksDiffer, holds, nameUse: names.use });
  const view = { ...seen, deleting: isEnding(observed) };
  if (isEnded(live, view, now)) return planOf({ effects: [finishing(observed.raw)] });
  const lanes = lanesOf(observed, now);
  const bank = laneBank(live, lanes, now);
  const planned = planRotation(view, { bank: bank.claimable, now, random });
  const rotation = withoutEnds(withoutLost(planned, observed), observed);
  const said = statusView(live, { view, names, rotation });
  const status = fleetStatus(said, now);
  const asks = [
    ...certificateAsks(observed, lanes, now),
    ...podAsks(observed, now, bank),
    ...deletionAsks(observed, now),
    ...names.asks,
  ];
  const overdueAt = moveOverdueAt(said, now);
  const decision = { view, names, rotation, bank, lanes, status, overdueAt, asks };
  return {
    effects: effectsOf(live, decision, now),
    asks,
    requeueAt: requeueAt(live, decision, now),
    explanations: rotation.slots.map(explanation),
  };
}

/** A Service whose entry is lost holds an address, and may serve a slot: it is mended first. */
function withoutLost(rotation: RotationPlan, { lostServices }: ObservedFleet): RotationPlan {
  return lostServices.length === 0 ? rotation : { ...rotation, claims: [] };
}

/**
 * While a deletion is not known to be wished for, no address ends. Nor does a fleet that may be
 * ending claim another.
 */
function withoutEnds(rotation: RotationPlan, { raw, unwished }: ObservedFleet): RotationPlan {
  if (unwished.length === 0) return rotation;
  const mayEnd = unwished.some(({ object }) => object === raw);
  const retirements = rotation.retirements.filter(({ kind }) => kind === "drain");
  return { ...rotation, retirements, claims: mayEnd ? [] : rotation.claims };
}

function explanation({ slot, explanation: text }: RotationPlan["slots"][number]): Explanation {
  return { subject: `slot ${slot}`, text };
}

/**
 * In this order: the finalizer before the claims that it protects; what was claimed gets its lanes
 * in the next pass, which comes at once, so that one write makes their certificates and one reports
 * them. Claims that fail hold nothing else back.
 */
function effectsOf(live: LiveFleet, decision: Decision, now: Instant): readonly Effect[] {
  const { observed, fleet } = live;
  const { rotation, bank, lanes, status, view, asks } = decision;
  const finalizer = missesFinalizer(live) ? [finalizerEffect(live)] : [];
  const claims = claimEffects(
    live,
    rotation.claims,
    finalizer.map(({ id }) => id),
  );
  const waits = asks.some(({ kind }) => kind === "certificate");
  const later = [
    ...(waits ? [] : childEffects(live, { bank: bank.bound, lanes, now })),
    ...shareEffects(live, { addresses: view.addresses, now }),
    ...decision.names.effects,
    statusEffect(observed.raw, status, pacingOf(fleet.status, status, observed.isBusy)),
  ];
  const unless = rotation.claims.map(claimId);
  const decided = { view, rotation, before: fleet.status, status };
  return [
    ...finalizer,
    ...retireEffects(observed.own, rotation.retirements),
    ...claims,
    ...later.map((effect) => ({ ...effect, unless })),
    ...(view.deleting ? [] : evictionEffects(live, now)),
    ...eventEffects(observed.raw, decided, now),
  ];
}

function requeueAt(live: LiveFleet, decision: Decision, now: Instant): Instant | undefined {
  const { observed } = live;
  const { rotation, bank, status, view, names, overdueAt } = decision;
  return earliest(
    names.requeueAt,
    rotation.requeueAt,
    overdueAt,
    stuckAt(status.conditions),
    nextLaneClosesAt(lanesUsedBy(view), now),
    nextRenewalAt(observed, now),
    view.deleting ? undefined : evictionLookAt(live, now),
    nextHeldLitAt(view.addresses, now),
    waitsForTurn(live)?.lookAt,
    bankLookAt(bank, now),
    view.deleting && isDark(lanesUsedBy(view)) ? plus(now, closingEvery) : undefined,
    observed.lostServices.length > 0 ? plus(now, mendPatience) : undefined,
    deletionAskedAt(observed, now),
    secretDueAt(live, now),
  );
}

/** Whether nothing of a deleted fleet serves any more, so that it may go. */
function isEnded({ observed }: LiveFleet, view: FleetView, now: Instant): boolean {
  const addresses = lanesUsedBy(view);
  if (!view.deleting || !isDark(addresses)) return false;
  return lanesAreClosed(observed, now) || now >= patienceUntil(addresses);
}

function missesFinalizer({ fleet }: LiveFleet): boolean {
  const { finalizers = [], deletionTimestamp } = fleet.metadata;
  return deletionTimestamp === undefined && !finalizers.includes(fleetFinalizer);
}

/** The finalizer turns the fleet's addresses into memory before it goes. */
function finalizerEffect({ observed, fleet }: LiveFleet): ApplyEffect {
  const { apiVersion, kind, metadata } = fleet;
  const { name, namespace } = metadata;
  const finalizers = [fleetFinalizer];
  return {
    kind: "apply",
    id: "finalizer",
    of: resources.fleets,
    object: { apiVersion, kind, metadata: { name, namespace, finalizers } },
    fieldManager: fieldManagers.fleet,
    state: stateOf(observed.raw),
  };
}

function namesOf(
  { observed, fleet }: LiveFleet,
  addresses: readonly AddressView[],
  now: Instant,
): FleetNames {
  const before = fleet.status?.conditions ?? [];
  const input = { owner: ownerOf(fleet), spec: fleet.spec, addresses, before };
  return fleetNames({ ...input, isEnding: isEnding(observed), observed: observed.names }, now);
}

function statusView(
  live: LiveFleet,
  { view, names, rotation: plan }: Pick<Decision, "view" | "names" | "rotation">,
): StatusView {
  const { observed, fleet } = live;
  const { children, pods, reports, isAsking, poolSpecs } = observed;
  const { refused, contested, shareKeyTrouble } = observed;
  const selector = Object.entries(podSelector(fleet.metadata.name));
  return {
    fleet: view,
    plan,
    pods: podsView(fleet.spec.replicas, children.deployment, pods),
    reports,
    isAsking,
    refused,
    contested,
    shareKeyTrouble,
    namesReady: names.ready,
    hostname: fleet.spec.dns?.hostname,
    held: heldBecause(observed),
    limits: limitsView(fleet.spec, poolSpecs),
    withoutEffect:
      fieldsWithoutEffect(fleet.spec, observed.settings) ??
      closedUpstreams(fleet.spec, reports, observed.settings.privateUpstreams ?? []) ??
      renewalWithoutEffect(live),
    measured: measured(fleet.spec, observed.vantagePoints),
    rollout: { waits: waitsForTurn(live), isInTurn: isInTurn(children.deployment) },
    generation: fleet.metadata.generation,
    selector: selector.map(([label, value]) => `${label}=${value}`).join(","),
    before: statusBefore(fleet.status),
  };
}

/** Pods see a client where the cluster keeps its address, or the load balancer reports it. */
function limitsView(
  { limits, addresses }: WhatsAppProxy["spec"],
  pools: ObservedFleet["poolSpecs"],
): LimitsView {
  const isHidden = addresses.externalTrafficPolicy === "Cluster";
  const mute = [...pools]
    .filter(([, { proxyProtocol }]) => proxyProtocol.version === "None")
    .map(([name]) => name);
  return {
    maxConnections: limits.maxConnections,
    perClient: limits.connectionsPerClient > 0 || limits.connectionRatePerClient > 0,
    clientsHiddenBehind: isHidden ? mute.toSorted() : [],
  };
}

function statusBefore(status: WhatsAppProxy["status"]): StatusBefore {
  return {
    observedGeneration: status?.observedGeneration ?? 0,
    conditions: status?.conditions ?? [],
  };
}
