import type { OpenLane } from "../proxy/secret.ts";
import { fleetView, type FleetView, goneFleet, latestChange } from "../rotation/fleet-view.ts";
import type { Random } from "../values/random.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import type { Finding } from "../api/findings.ts";
import { conditionsFrom } from "../api/findings.ts";
import { type FleetStatus, fleetStatus, type StatusView } from "./status.ts";
import { type Told, deeds, news } from "./events.ts";
import { laneUsers, nextLaneClosesAt } from "../ledger/lane-use.ts";
import type { LimitsView } from "../pods/limits-applied.ts";
import { planRotation, type RotationPlan } from "../rotation/plan.ts";
import { podsView } from "../pods/view.ts";
import { type StatusBefore, stuckAt } from "./progress.ts";
import type { Retirement } from "../rotation/retire.ts";
import { type Instant, earliest, plus, seconds } from "../values/time.ts";
import { bankSize } from "../ledger/lanes.ts";
import { fleetFinalizer, podSelector } from "../api/names.ts";
import type { ObservedFleet } from "./observe.ts";

/** What to do for one fleet, as plain data: printed, it is the dry run. */
export type FleetPlan =
  | { readonly kind: "gone"; readonly retirements: readonly Retirement[] }
  | {
      readonly kind: "malformed";
      readonly status: Partial<FleetStatus>;
      readonly retirements: readonly Retirement[];
    }
  | LivePlan;

export interface LivePlan {
  readonly kind: "live";
  readonly fleet: WhatsAppProxy;
  readonly rotation: RotationPlan;
  readonly retirements: readonly Retirement[];
  readonly bank: number;
  readonly openLanes: readonly OpenLane[];
  readonly finalizer: "keep" | "remove";
  readonly status: FleetStatus;
  /** What is told when this step is done. */
  readonly deeds: readonly Told[];
  /** What is told when the status is written. */
  readonly news: readonly Told[];
  readonly requeueAt: Instant | undefined;
}

/**
 * Decides the next step of a fleet. Pure but for the time and the random source that it is given.
 */
export function decideFleet(observed: ObservedFleet, now: Instant, random: Random): FleetPlan {
  const { key, parsed, own, orphans, formerPools, pools } = observed;
  const ofOrphans = planRotation(
    goneFleet(key.namespace ?? "", key.name, orphans, [...pools, ...formerPools]),
    { bank: 0, now, random },
  ).retirements;
  if (parsed === undefined) return { kind: "gone", retirements: ofOrphans };
  if (!parsed.ok)
    return {
      kind: "malformed",
      status: malformedStatus(observed, parsed.problem, now),
      retirements: ofOrphans,
    };
  const fleet = parsed.value;
  const view = fleetView({ fleet, entries: own, pools, formerPools, held: observed.held });
  const openLanes = lanesOf(observed, now);
  const bank = bankSize(fleet.spec.addresses.count, openLanes.at(-1)?.lane);
  const rotation = planRotation(view, { bank, now, random });
  const status = fleetStatus(statusView(observed, fleet, view, rotation), now);
  const isDark = own.every(({ phase }) => phase === "Quarantined");
  const finalizer = view.deleting && isDark && lanesAreClosed(observed, now) ? "remove" : "keep";
  const requeueAt = earliest(
    rotation.requeueAt,
    stuckAt(status.conditions),
    nextLaneClosesAt(own, now),
    view.deleting && isDark ? plus(now, seconds(1)) : undefined,
  );
  return {
    kind: "live",
    fleet,
    rotation,
    retirements: [...rotation.retirements, ...ofOrphans],
    bank,
    openLanes,
    finalizer,
    status,
    deeds: deeds(view, rotation, now),
    news: news(view, rotation, fleet.status, status),
    requeueAt,
  };
}

/**
 * Lanes stay open until their address is dark, and a moment longer: the Service goes first, so that
 * nobody meets a refusal.
 */
function lanesOf({ own, entries, poolSpecs }: ObservedFleet, now: Instant): OpenLane[] {
  return laneUsers(own, now).flatMap(({ name, lane, pool }) => {
    const uid = entries.find(({ metadata }) => metadata.name === name)?.metadata.uid;
    if (uid === undefined) return [];
    const proxy = poolSpecs.get(pool)?.proxyProtocol;
    return [{ lane, entry: name, uid, proxiesFrom: proxy?.version === "V2" ? proxy.from : [] }];
  });
}

/** Whether every pod has ended the sessions of the fleet's lanes, or has had time enough to. */
function lanesAreClosed({ podStatuses, own }: ObservedFleet, now: Instant): boolean {
  const patience = seconds(15);
  const isClosed = [...podStatuses.values()].every(
    (status) => status !== undefined && status.lanes.every(({ open }) => !open),
  );
  return isClosed || now >= plus(latestChange(own), patience);
}

function statusView(
  observed: ObservedFleet,
  fleet: WhatsAppProxy,
  view: FleetView,
  plan: RotationPlan,
): StatusView {
  return {
    fleet: view,
    plan,
    pods: podsView(fleet.spec.replicas, observed.deployment, observed.pods),
    reports: observed.reports,
    isAsking: observed.isAsking,
    limits: limitsView(fleet.spec, observed.poolSpecs),
    generation: fleet.metadata.generation,
    selector: Object.entries(podSelector(fleet.metadata.name))
      .map(([label, value]) => `${label}=${value}`)
      .join(","),
    before: statusBefore(fleet.status),
  };
}

/** Pods see a client where the cluster keeps its address, or the load balancer tells it. */
function limitsView(
  { limits, addresses }: WhatsAppProxy["spec"],
  pools: ObservedFleet["poolSpecs"],
): LimitsView {
  const isHidden = addresses.externalTrafficPolicy === "Cluster";
  const mute = [...pools]
    .filter(([, { proxyProtocol }]) => proxyProtocol.version === "Off")
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

/**
 * An object that got past the CRD but that this version can't read: it is told so, and what runs
 * goes on.
 */
function malformedStatus(
  { raw }: ObservedFleet,
  problem: string,
  now: Instant,
): Partial<FleetStatus> {
  const finding: Finding = {
    status: "True",
    reason: "InvalidSpec",
    message: `${problem}. What runs goes on unchanged until this is mended`,
  };
  const generation = raw?.metadata.generation ?? 0;
  const before =
    ((raw?.status ?? {}) as { conditions?: StatusBefore["conditions"] }).conditions ?? [];
  const conditions = conditionsFrom(
    { Stalled: finding, Ready: { ...finding, status: "False" } },
    { before: Array.isArray(before) ? before : [], generation, now },
  );
  return { observedGeneration: generation, conditions };
}

/** Whether the fleet holds the finalizer that turns its addresses into memory before it goes. */
export function hasFinalizer(observed: ObservedFleet): boolean {
  return observed.raw?.metadata.finalizers?.includes(fleetFinalizer) ?? false;
}
