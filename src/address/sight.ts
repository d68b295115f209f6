import { mediaTest } from "../api/media-name.ts";
import type { Finding } from "../api/findings.ts";
import { listenerNames } from "../api/names.ts";
import { type Instant, parseInstant, seconds, since } from "../values/time.ts";
import { compareAfter, waitForPods } from "./judge.ts";
import { obstacleToLane, obstacleToService } from "./obstacle.ts";
import type { ObservedAddress } from "./observed.ts";
import { probePause } from "./phase.ts";
import { type ProbeRequest, type ProbeResult, answers, hasFailed } from "./probe.ts";

/** An entry as it is observed, with what follows from that: worked out once a pass. */
export interface Sight extends ObservedAddress {
  readonly now: Instant;
  /** The time may be wrong. */
  readonly clocksDiffer: boolean;
  readonly obstacleToService: Finding | undefined;
  readonly obstacleToLane: Finding | undefined;
  /** Since when the address has been probed without success: not long, where nobody can say. */
  readonly verifyingSince: Instant;
  /** The probe that it should have passed before it is published; none while it can't be. */
  readonly probeRequest: ProbeRequest | undefined;
  /** What the last probe showed, if it still answers for what is so now. */
  readonly probeResult: ProbeResult | undefined;
  /** Whether it should be probed now: it never was, or it failed a while ago. */
  readonly isProbeDue: boolean;
}

/**
 * An answer counts for this long: a busy operator may come to read it late, and one that had to be
 * asked for again each time would publish nothing.
 */
const probeTrust = seconds(30);

/** Works out what follows from what was observed. */
export function sightOf(observed: ObservedAddress, now: Instant, clocksDiffer = false): Sight {
  const judged = {
    ...observed,
    now,
    clocksDiffer,
    obstacleToService: obstacleToService(observed),
    obstacleToLane: obstacleToLane(observed),
    verifyingSince: clocksDiffer ? now : verifyingSince(observed, now),
  };
  const request = requestOf(judged);
  const result = request === undefined ? undefined : trustedResult(judged, request);
  const isProbeDue = request !== undefined && isDue(judged, result);
  return { ...judged, probeRequest: request, probeResult: result, isProbeDue };
}

type Judged = Omit<Sight, "probeRequest" | "probeResult" | "isProbeDue">;

/** Since when the address has been probed without success. */
function verifyingSince({ entry }: ObservedAddress, now: Instant): Instant {
  const { phase, phaseSince } = entry.status;
  return phase === "Verifying" ? (parseInstant(phaseSince) ?? now) : now;
}

function requestOf(judged: Judged): ProbeRequest | undefined {
  const { entry, certificate, balancer, pool, fleet, pods, references, now } = judged;
  const { want, address, lane, ports } = entry.spec;
  const { phase } = entry.status;
  if (want !== "Serve" || phase === "Serving" || certificate === undefined) return undefined;
  if ((judged.obstacleToService ?? judged.obstacleToLane) !== undefined) return undefined;
  if (address === undefined || balancer?.given.includes(address) !== true) return undefined;
  const triedFor = phase === "Verifying" ? since(judged.verifyingSince, now) : 0;
  const listeners = listenerNames.flatMap((name) => ports.filter((port) => port.name === name));
  return {
    address,
    certificate,
    lane,
    listeners,
    hasHeader: pool?.spec.proxyProtocol.version === "V2",
    ...mediaTest(fleet),
    pods,
    waitsForPods: triedFor < waitForPods,
    isShutOut: (fleet?.spec.addresses.loadBalancerSourceRanges.length ?? 0) > 0,
    compare: triedFor >= compareAfter,
    references,
  };
}

function trustedResult({ probe, now }: Judged, request: ProbeRequest): ProbeResult | undefined {
  if (probe === undefined || !answers(probe, request)) return undefined;
  const age = since(probe.at, now);
  return age >= 0 && age < probeTrust ? probe.result : undefined;
}

/** What failed is tried again after a pause; what worked is judged, and not probed again. */
function isDue({ probe, verifyingSince, now }: Judged, result: ProbeResult | undefined): boolean {
  if (probe === undefined || result === undefined) return true;
  return hasFailed(result) && since(probe.at, now) >= probePause(verifyingSince, now);
}
