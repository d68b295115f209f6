import type { Finding } from "../api/findings.ts";
import { providers } from "../pool/providers.ts";
import type { Effect } from "../runtime/effect.ts";
import { type Context, type Plan, planOf } from "../runtime/plan.ts";
import { present } from "../values/present.ts";
import { earliest, parseInstant, plus, seconds } from "../values/time.ts";
import { type AddressAsk, asksOf } from "./asks.ts";
import {
  finalizerEffect,
  finishing,
  forgetting,
  makingService,
  removalEffects,
  removalId,
  takingEffect,
} from "./effects.ts";
import { judge } from "./judge.ts";
import { balancerWords } from "./balancer-words.ts";
import type { LeavingService } from "./leaving.ts";
import { listenerGone, serviceRefused } from "./obstacle.ts";
import type { ObservedAddress } from "./observed.ts";
import { type AddressDecision, type AddressSituation, decidePhase } from "./phase.ts";
import { statusEffect } from "./report.ts";
import { type Sight, sightOf } from "./sight.ts";

/** An answer that does not come is asked for again after this time. */
const answerPatience = seconds(60);

/** Decides the next step of a ledger entry: its Service, its phase, and its end. */
export function decideAddress(
  observed: ObservedAddress,
  { now, clocksDiffer = false }: Context,
): Plan<AddressAsk> {
  const sight = sightOf(observed, now, clocksDiffer);
  const asks = asksOf(sight);
  const decision = decidePhase(situationOf(sight), now);
  const { deletion } = observed;
  const askAgainAt = deletion.kind === "held" ? deletion.askAgainAt : undefined;
  const requeueAt =
    asks.length > 0 ? plus(now, answerPatience) : earliest(decision.requeueAt, askAgainAt);
  const { name } = observed.entry.metadata;
  const explanations = [{ subject: name, text: decision.verified.message }];
  const effects =
    decision.entry === "finish" ? [finishing(observed)] : effectsOf(sight, decision, asks);
  return planOf({ effects, asks, requeueAt, explanations });
}

function effectsOf(
  sight: Sight,
  decision: AddressDecision,
  asks: readonly AddressAsk[],
): readonly Effect[] {
  const finalizer = finalizerEffect(sight);
  const taken = takingEffect(sight, decision);
  if (taken !== undefined) return [...finalizer, taken];
  const removals = removalEffects(sight, decision);
  const service = makingService(sight, decision, finalizer);
  const makesService = service.length > 0;
  // What is asked for the first time is reported with its answer: until then nothing has changed.
  const isReported = asks.every((ask) => isKnown(ask, sight));
  const reports = isReported ? statusEffect(sight, decision, makesService) : [];
  const end = forgetting(sight, decision);
  return [...finalizer, ...removals, ...service, ...reports, ...end];
}

/** Whether an earlier answer still says something. */
function isKnown({ kind }: AddressAsk, { probeResult, resolution }: Sight): boolean {
  switch (kind) {
    case "probe":
      return probeResult !== undefined;
    case "resolve":
      return resolution !== undefined;
    // A load balancer may have nothing to say: what it waits for is reported meanwhile.
    case "warnings":
    case "deletion":
      return true;
  }
}

function situationOf(sight: Sight): AddressSituation {
  const { entry, services, balancer, pool, probeResult: probe, verifyingSince, now } = sight;
  const { warnings, othersSetSince } = sight;
  const { spec, status } = entry;
  const { kind: deletion } = sight.deletion;
  const [service] = services;
  const address = spec.address ?? "";
  const judgedPool = { name: spec.pool, trustsPods: pool?.spec.verify === "AddressOrPods" };
  return {
    want: spec.want,
    phase: status.phase,
    phaseSince: parseInstant(status.phaseSince) ?? now,
    deleting: deletion === "wished",
    held: deletion === "unconfirmed" || deletion === "held",
    clocksDiffer: sight.clocksDiffer,
    quarantineUntil: parseInstant(spec.quarantineUntil),
    address: spec.address,
    canBeAsked: providers.get(pool?.spec.provider ?? "")?.asks !== "nothing",
    obstacle:
      listenerGone(sight) ??
      sight.obstacleToService ??
      serviceRefused(sight) ??
      sight.obstacleToLane,
    words: balancerWords(service, warnings),
    othersSetSince,
    fault: faultBefore(sight),
    leaving: leavingBefore(sight),
    leavingService: leavingService(sight),
    service:
      service === undefined || balancer === undefined
        ? undefined
        : { ...balancer, terminating: service.metadata.deletionTimestamp !== undefined },
    isRepeat: isRepeat(sight),
    verified: verifiedBefore(sight),
    judgement:
      probe === undefined
        ? undefined
        : judge({ address, pool: judgedPool, probe, verifyingSince, now }),
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

function faultBefore({ entry: { status } }: ObservedAddress): AddressSituation["fault"] {
  const { fault, conditions = [] } = status;
  if (fault === undefined) return undefined;
  const { kind, message = "", wholePool = false } = fault;
  const { reason } = conditions.find(({ type }) => type === "Verified") ?? {};
  const saidNo = kind === "Refused" && reason === "LoadBalancerRefuses";
  return {
    kind,
    since: parseInstant(fault.since),
    ...(saidNo ? { no: { message, wholePool } } : {}),
  };
}

function leavingBefore({ entry: { status } }: ObservedAddress): AddressSituation["leaving"] {
  const at = parseInstant(status.leaving?.since);
  return at === undefined
    ? undefined
    : { since: at, ...present({ heldBy: status.leaving?.heldBy }) };
}

function leavingService({ services, refused }: ObservedAddress): LeavingService | undefined {
  const [service] = services;
  if (service === undefined) return undefined;
  const { namespace = "", name } = service.metadata;
  const finalizers = services.flatMap(({ metadata }) => metadata.finalizers ?? []);
  const refusal = refused.find(({ id }) => id === removalId(service))?.words;
  return { name: `${namespace}/${name}`, finalizers: [...new Set(finalizers)], refusal };
}

const verifiedReasons = ["Verified", "VerifiedAtPods"] as const;

function verifiedBefore({ entry: { status } }: ObservedAddress): Finding | undefined {
  const before = (status.conditions ?? []).find(({ type }) => type === "Verified");
  const reason = verifiedReasons.find((known) => known === before?.reason);
  if (before === undefined || reason === undefined) return undefined;
  return { status: before.status, reason, message: before.message };
}
