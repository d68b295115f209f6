import { present } from "../values/present.ts";
import { conditionsFrom } from "../api/findings.ts";
import { fieldManagers } from "../api/names.ts";
import {
  type AddressFault,
  type ProxyAddressStatus,
  longestSentence,
} from "../api/proxy-address.ts";
import * as resources from "../api/resources.ts";
import type { Effect } from "../runtime/effect.ts";
import type { Pacing } from "../runtime/pacer.ts";
import { shortened } from "../values/shortened.ts";
import { isToCome, formatInstant, parseInstant, seconds, since } from "../values/time.ts";
import { nameOf } from "./effects.ts";
import { serviceEffect } from "./obstacle.ts";
import type { AddressDecision } from "./phase.ts";
import type { Sight } from "./sight.ts";

/** Between two writes of a status that report only progress. */
const progressPacing: Pacing = { kind: "throttle", everyMs: 1_000 };

/**
 * A lane is prepared within this time of its claim: that it is not yet is not reported before. Longer
 * where much else waits for the operator.
 */
const laneTime = { calm: seconds(10), busy: seconds(60) };

/**
 * A first Service that is made now changes what there is to report: the next pass reports it.
 * @param makesService whether this pass applies the entry's Service
 */
export function statusEffect(
  sight: Sight,
  decision: AddressDecision,
  makesService: boolean,
): readonly Effect[] {
  const pacing = pacingOf(sight, decision);
  if (pacing === "none") return [];
  const { entry, raw, services } = sight;
  const { reachability: _reachability, ...before } = entry.status;
  const isMade = services.length === 0 && makesService;
  return [
    {
      kind: "status",
      id: "status",
      of: resources.addresses,
      about: raw,
      before,
      status: statusOf(sight, decision),
      fieldManager: fieldManagers.address,
      ...present({ pacing }),
      ...(isMade ? { unless: [serviceEffect] } : {}),
    },
  ];
}

/**
 * On the way to its first publication an address makes progress all the time, and only the end of it
 * is urgent.
 */
function pacingOf(
  { entry, isBusy, now }: Sight,
  { phase, verified }: AddressDecision,
): Pacing | "none" | undefined {
  if (phase !== "Provisioning" && phase !== "Verifying") return undefined;
  if (entry.status.phase !== undefined) return progressPacing;
  const created = parseInstant(entry.metadata.creationTimestamp) ?? now;
  const isYoung = since(created, now) < laneTime[isBusy ? "busy" : "calm"];
  return verified.reason === "WaitingForLane" && isYoung ? "none" : undefined;
}

function statusOf(
  sight: Sight,
  decision: AddressDecision,
): Omit<ProxyAddressStatus, "reachability"> {
  const { entry, certificate, raw, balancer, now } = sight;
  const { spec, status } = entry;
  const phaseSince = status.phase === decision.phase ? known(status.phaseSince, sight) : undefined;
  const sha256 = certificate ?? status.certificateSHA256;
  const address = spec.address ?? balancer?.given[0];
  const isPublished = decision.phase === "Serving" || decision.phase === "Draining";
  const verified = decision.verifiedBy ?? status.verified ?? "Inside";
  const generation = raw.metadata.generation ?? 0;
  const findings = { Verified: decision.verified };
  return {
    phase: decision.phase,
    phaseSince: phaseSince ?? formatInstant(now),
    ...present({ address, certificateSHA256: sha256 }),
    serviceName: nameOf(sight),
    ...(isPublished ? { verified } : {}),
    ...faultOf(sight, decision),
    ...leavingOf(decision),
    conditions: conditionsFrom(findings, { before: status.conditions ?? [], generation, now }),
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
  sight: Sight,
  { verified, refused, lostAlone }: AddressDecision,
): Pick<ProxyAddressStatus, "fault"> {
  const {
    entry: { status },
    now,
  } = sight;
  const kind = refused === undefined ? faults.get(verified.reason) : "Refused";
  if (kind === undefined) return {};
  const before = status.fault?.kind === kind ? known(status.fault.since, sight) : undefined;
  const fault = { kind, since: before ?? formatInstant(now) };
  if (refused === undefined) return { fault: lostAlone ? { ...fault, alone: true } : fault };
  const message = shortened(verified.message, longestSentence);
  const wholePool = refused.wholePool ? { wholePool: true } : {};
  const outdated = refused.outdated === true ? { outdated: true } : {};
  return { fault: { ...fault, ...wholePool, ...outdated, message } };
}

/** Whoever holds a Service with more than these is told of these. */
const mostFinalizers = 64;

function leavingOf({ leaving }: AddressDecision): Pick<ProxyAddressStatus, "leaving"> {
  if (leaving === undefined) return {};
  const { since: from, heldBy } = leaving;
  const held = heldBy === undefined ? {} : { heldBy: heldBy.slice(0, mostFinalizers) };
  return { leaving: { since: formatInstant(from), ...held } };
}

/**
 * A time that is still to come was written by a clock that was ahead: what counts from it would wait
 * until then. Unknown is counted from now on.
 */
function known(time: string | undefined, { now, clocksDiffer }: Sight): string | undefined {
  const at = parseInstant(time);
  const isDoubtful = at !== undefined && !clocksDiffer && isToCome(at, now);
  return isDoubtful ? undefined : time;
}
