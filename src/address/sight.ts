import type { Finding } from "../api/findings.ts";
import { listenerNames } from "../api/names.ts";
import { type Instant, parseInstant, since } from "../values/time.ts";
import { compareAfter } from "./judge.ts";
import { obstacleToLane, obstacleToService } from "./obstacle.ts";
import type { ObservedAddress } from "./observed.ts";
import { probePause } from "./phase.ts";
import { type ProbeRequest, type ProbeResult, answers } from "./probe.ts";

/** An entry as it is observed, with what follows from that: worked out once a pass. */
export interface Sight extends ObservedAddress {
  readonly now: Instant;
  readonly obstacleToService: Finding | undefined;
  readonly obstacleToLane: Finding | undefined;
  /** Since when the address has been probed without success. */
  readonly verifyingSince: Instant;
  /** The probe that it should have passed before it is published; none while it can't be. */
  readonly probeRequest: ProbeRequest | undefined;
  /** What the last probe showed, if it still answers for what is so now. */
  readonly probeResult: ProbeResult | undefined;
}

/** Works out what follows from what was observed. */
export function sightOf(observed: ObservedAddress, now: Instant): Sight {
  const judged = {
    ...observed,
    now,
    obstacleToService: obstacleToService(observed),
    obstacleToLane: obstacleToLane(observed),
    verifyingSince: verifyingSince(observed, now),
  };
  const request = requestOf(judged);
  const result = request === undefined ? undefined : freshResult(judged, request);
  return { ...judged, probeRequest: request, probeResult: result };
}

type Judged = Omit<Sight, "probeRequest" | "probeResult">;

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
  const listeners = listenerNames.flatMap((name) => ports.filter((port) => port.name === name));
  return {
    address,
    certificate,
    lane,
    listeners,
    hasHeader: pool?.spec.proxyProtocol.version === "V2",
    mediaServer: fleet?.spec.upstream.media.servers[0],
    pods,
    isShutOut: (fleet?.spec.addresses.loadBalancerSourceRanges.length ?? 0) > 0,
    compare: phase === "Verifying" && since(judged.verifyingSince, now) >= compareAfter,
    references,
  };
}

function freshResult(
  { probe, verifyingSince, now }: Judged,
  request: ProbeRequest,
): ProbeResult | undefined {
  if (probe === undefined || !answers(probe, request)) return undefined;
  const age = since(probe.at, now);
  const isFresh = age >= 0 && age < probePause(verifyingSince, now);
  return isFresh ? probe.result : undefined;
}
