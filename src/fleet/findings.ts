import { type Finding, firstFinding, storedFinding } from "../api/findings.ts";
import type { ConditionType } from "../api/reasons.ts";
import { configApplied } from "../pods/config-applied.ts";
import { type LimitsView, limitsApplied } from "../pods/limits-applied.ts";
import type { PodReport } from "../pods/report.ts";
import { upstreamReachable } from "../pods/upstream-reachable.ts";
import type { PodsView } from "../pods/view.ts";
import { leaksOf } from "../reachability/leaks.ts";
import type { FleetView } from "../rotation/fleet-view.ts";
import type { RotationPlan } from "../rotation/plan.ts";
import { poolForecast } from "../rotation/pool-forecast.ts";
import type { SlotAddresses } from "../rotation/slots.ts";
import { windowFaults } from "../rotation/windows.ts";
import type { Instant } from "../values/time.ts";
import { type ChildTrouble, childrenApplied } from "./children-applied.ts";
import { outageSuspected, protocolBlocked } from "./country-holds.ts";
import { type CutOff, noReadyPod } from "./cut-off.ts";
import { heldLit } from "./held.ts";
import { type StatusBefore, overdue, reconciling } from "./progress.ts";
import { podsAvailable, podsStalled } from "./pods-available.ts";
import { type RolloutView, podsCurrent } from "./pods-current.ts";
import { reachable } from "./reachable.ts";

/** All that a fleet's status is made from. */
export interface StatusView extends ChildTrouble {
  readonly fleet: FleetView;
  readonly plan: RotationPlan;
  readonly pods: PodsView;
  /** What serving pods say of themselves. */
  readonly reports: readonly PodReport[];
  /**
   * Whether some serving pod was not asked yet, by an operator that has just begun to lead for
   * example.
   */
  readonly isAsking: boolean;
  /** Why a deletion is held; undefined: none is. */
  readonly held: string | undefined;
  /** Whether resolvers give what the slots' names should lead to, where it has names. */
  readonly namesReady: Finding | undefined;
  /** `spec.dns.hostname`, which stands for the names themselves. */
  readonly hostname: string | undefined;
  readonly limits: LimitsView;
  readonly withoutEffect: Finding | undefined;
  /** Whether enough places measure its addresses, where any do. */
  readonly measured: Finding | undefined;
  readonly rollout: RolloutView;
  readonly generation: number;
  readonly selector: string;
  readonly before: StatusBefore;
}

interface ReadyView {
  readonly fleet: FleetView;
  readonly pods: PodsView;
  readonly children: Finding;
  readonly addresses: Finding;
}

/** The Ready condition as a chain: what must be mended first is said first. */
const readyChecks: readonly ((view: ReadyView) => Finding | undefined)[] = [
  noReadyPod,
  ({ addresses }) => (addresses.status === "True" ? undefined : addresses),
  missingPool,
];

/** The slots, and those of them whose people are cut off. */
export interface SlotFindings {
  readonly slots: readonly SlotAddresses[];
  readonly cut: readonly CutOff[];
}

/** What each condition of a fleet says now, before it is dated. */
export function findings(
  view: StatusView,
  { slots, cut }: SlotFindings,
  now: Instant,
): Partial<Record<ConditionType, Finding | undefined>> {
  const { fleet, pods, before, generation } = view;
  const addresses = addressesReady(view, slots, heldAddresses(view.fleet, now));
  const children = childrenOf(view);
  const reported = podFindings(view);
  const ready = firstFinding(
    readyChecks,
    { fleet, pods, children, addresses },
    {
      status: "True",
      reason: "Serving",
      message: `all ${fleet.count} slots have a verified address, and ${pods.ready} pods are ready`,
    },
  );
  const { isRolledOut, wanted } = pods;
  const progress = { before, generation, ready, isRolledOut, wantsPods: wanted > 0 };
  return {
    Ready: ready,
    Reachable: reachable({ ...view, children }, slots, cut),
    AddressesReady: addresses,
    ...reported,
    PodsAvailable: podsAvailable(pods),
    PodsCurrent: podsCurrent(view.rollout, pods),
    ChildrenApplied: children,
    DNSReady: view.namesReady,
    PoolExhausted: poolExhausted(view),
    OutageSuspected: outageSuspected(fleet),
    ProtocolBlocked: protocolBlocked(fleet),
    Leaking: leaking(fleet, now),
    Measured: view.measured,
    FieldsWithoutEffect: view.withoutEffect,
    ClocksAgree: clocksAgree(fleet),
    Paused: fleet.paused
      ? {
          status: "True",
          reason: "AskedFor",
          message: "spec.paused is true: no slot moves until it is false; drains still end",
        }
      : undefined,
    Reconciling: reconciling(progress),
    Stalled: stalled(view, reported.ConfigApplied) ?? overdue(progress, now),
  };
}

/** Whether the API server takes what the fleet needs. */
export function childrenOf(view: StatusView): Finding {
  return childrenApplied(view, view.before.conditions);
}

/** The spec asks for what there is not: people are served, but slots may find no address. */
function missingPool({ fleet }: ReadyView): Finding | undefined {
  const missing = fleet.pools.flatMap(({ isMissing, refusal }) =>
    isMissing === true ? (refusal ?? []) : [],
  );
  if (missing.length === 0) return undefined;
  const message = `${missing.join("; ")}. All ${fleet.count} slots are served meanwhile`;
  return { status: "False", reason: "PoolMissing", message };
}

/**
 * What pods report. Until each of them was asked, what they reported before holds: else a change of
 * leaders would write every fleet's status twice.
 */
function podFindings({ reports, limits, isAsking, before }: StatusView) {
  const known = isAsking ? before.conditions : [];
  const stored = (type: ConditionType): Finding | undefined => storedFinding(known, type);
  return {
    UpstreamReachable: stored("UpstreamReachable") ?? upstreamReachable(reports),
    ConfigApplied: stored("ConfigApplied") ?? configApplied(reports),
    LimitsApplied: stored("LimitsApplied") ?? limitsApplied(limits, reports),
  };
}

/** Said only while it is not so. */
function clocksAgree({ clocksDiffer }: FleetView): Finding | undefined {
  if (clocksDiffer !== true) return undefined;
  return {
    status: "False",
    reason: "ClocksDiffer",
    message:
      "the time may be wrong: the clocks of the operator's node and of the API server differ by more than a minute, or were set in the last ten. Moves by age, ends of drains and the forgetting of addresses wait. Check the time service (NTP) of both",
  };
}

/** Said only while it is so. */
function leaking({ addresses, count }: FleetView, now: Instant): Finding | undefined {
  const [first, ...others] = leaksOf(addresses, count, now);
  if (first === undefined) return undefined;
  const more = others.map(({ slot }) => slot).join(", ");
  const message = more === "" ? first.because : `${first.because}. So does slot ${more}`;
  return { status: "True", reason: "AddressesDieYoung", message };
}

function addressesReady(
  { fleet, plan }: StatusView,
  slots: readonly SlotAddresses[],
  held: Finding | undefined,
): Finding {
  const waiting = slots.filter(({ published }) => published === undefined);
  const slot = waiting[0]?.slot;
  if (fleet.deleting && held !== undefined) return held;
  if (slot === undefined)
    return (
      lostAddresses(slots) ??
      held ?? {
        status: "True",
        reason: "Verified",
        message: `all ${fleet.count} slots have a verified address`,
      }
    );
  const why =
    plan.shortages.find((shortage) => shortage.slot === slot)?.message ??
    makingMessage(fleet, slot);
  return {
    status: "False",
    reason: "SlotsWithoutAddress",
    message: `${waiting.length} of ${fleet.count} slots have no address yet. ${why}`,
  };
}

/**
 * These addresses are published, and people don't reach them: no slot is without one, but not all
 * serve.
 */
function lostAddresses(slots: readonly SlotAddresses[]): Finding | undefined {
  const published = slots.flatMap((slot) => slot.published ?? []);
  const [first, ...others] = published.filter((address) => address.lost !== undefined);
  if (first === undefined) return undefined;
  const { slot, address = "", name } = first;
  const has =
    first.lost?.balancerHas === "another" ? "has another address now" : "has no address any more";
  const what =
    first.trouble?.words ??
    `${address} is published, but its load balancer ${has}: see kubectl describe wapa ${name}`;
  const more = others.length === 0 ? "" : ` So are the addresses of ${others.length} other slots.`;
  return {
    status: "False",
    reason: "AddressLost",
    message: `slot ${slot}: ${what}.${more}`,
  };
}

/** An address that should be dark is still led to the pods, though nobody has to wait for that. */
function heldAddresses(
  { addresses, count, deleting }: FleetView,
  now: Instant,
): Finding | undefined {
  const [first, ...others] = heldLit(addresses, now);
  if (first === undefined) return undefined;
  const { slot, address = first.name, name, leaving } = first;
  const finalizers = leaving?.heldBy ?? [];
  const holder = finalizers.length === 0 ? "" : `, held by ${finalizers.join(", ")}`;
  const more = others.length === 0 ? "" : ` So are those of ${others.length} other addresses.`;
  const what = `${address} of slot ${slot} should be dark, and its Service is still there${holder}: see kubectl describe wapa ${name}.${more}`;
  if (deleting)
    return { status: "False", reason: "ServiceHeld", message: `the deletion waits: ${what}` };
  const message = `all ${count} slots have a verified address. But ${what}`;
  return { status: "True", reason: "ServiceHeld", message };
}

function makingMessage(fleet: FleetView, slot: number): string {
  const next = fleet.addresses.find((address) => address.slot === slot && address.want === "Serve");
  if (next?.refused !== undefined) return `slot ${slot}: ${next.refused.message}`;
  const address = next?.address ?? "a fresh address";
  const words = next?.trouble?.words;
  const details =
    next === undefined || words === undefined ? "" : `: ${words} (ProxyAddress ${next.name})`;
  return `slot ${slot}: ${address} is ${next?.phase === "Verifying" ? "being verified" : "being prepared"}${details}`;
}

function poolExhausted({ plan, fleet }: StatusView): Finding {
  const [shortage] = plan.shortages;
  if (shortage === undefined) return poolForecast(fleet);
  return { status: "True", reason: "NoFreshAddress", message: shortage.message };
}

/** What no waiting mends: a person has to act. */
function stalled({ fleet, pods, held }: StatusView, config: Finding): Finding | undefined {
  if (held !== undefined) return { status: "True", reason: "DeletionHeld", message: held };
  if (config.reason === "ConfigRefused") return { ...config, status: "True" };
  const stuck = podsStalled(pods);
  if (stuck !== undefined) return stuck;
  const [fault, ...more] = windowFaults(fleet.rotation.windows);
  if (fault !== undefined)
    return { status: "True", reason: "WindowNeverOpens", message: [fault, ...more].join("; ") };
  const refusals = fleet.pools.flatMap(({ refusal }) => refusal ?? []);
  if (refusals.length > 0 && refusals.length === fleet.pools.length)
    return { status: "True", reason: "NoUsablePool", message: refusals.join("; ") };
  return undefined;
}
