import type { Finding } from "../api/findings.ts";
import { providers } from "../pool/providers.ts";
import type { Effect } from "../runtime/effect.ts";
import { type Context, type Plan, planOf } from "../runtime/plan.ts";
import { type Instant, parseInstant, plus, seconds } from "../values/time.ts";
import { type AddressAsk, asksOf, probeResult, verifyingSince } from "./asks.ts";
import {
  evictionEffects,
  finalizerEffect,
  finishing,
  forgetting,
  makingService,
  removalEffects,
  takingEffect,
} from "./effects.ts";
import { judge } from "./judge.ts";
import { obstacleToLane, obstacleToService, serviceRefused } from "./obstacle.ts";
import type { ObservedAddress } from "./observed.ts";
import { type AddressDecision, type AddressSituation, decidePhase } from "./phase.ts";
import { statusEffect } from "./report.ts";

/** An answer that does not come is asked for again after this time. */
const answerPatience = seconds(60);

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
  // What is asked is reported with its answer: until then nothing has changed.
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
