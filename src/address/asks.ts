import { listenerNames } from "../api/names.ts";
import { type Instant, parseInstant, seconds, since } from "../values/time.ts";
import { compareAfter } from "./judge.ts";
import { obstacleToLane, obstacleToService } from "./obstacle.ts";
import type { ObservedAddress } from "./observed.ts";
import { probePause, resolveEvery } from "./phase.ts";
import { type ProbeRequest, type ProbeResult, answers } from "./probe.ts";

/** What only the network knows of an address. */
export type AddressAsk =
  | { readonly kind: "probe"; readonly request: ProbeRequest }
  | { readonly kind: "resolve"; readonly hostname: string };

/** While an address is on its way, its load balancer's name is resolved again after this time. */
const resolveSoon = seconds(5);

/** What the next pass needs to know, and this one does not. */
export function asksOf(observed: ObservedAddress, now: Instant): readonly AddressAsk[] {
  const hostname = unresolved(observed, now);
  if (hostname !== undefined) return [{ kind: "resolve", hostname }];
  const request = probeRequest(observed, now);
  const isKnown = request === undefined || freshProbe(observed, request, now) !== undefined;
  return isKnown ? [] : [{ kind: "probe", request }];
}

/** What the last probe showed, if it still answers for what is so now. */
export function probeResult(observed: ObservedAddress, now: Instant): ProbeResult | undefined {
  const request = probeRequest(observed, now);
  return request === undefined ? undefined : freshProbe(observed, request, now);
}

/** The probe that this address should have passed before it is published; none while it can't be. */
function probeRequest(observed: ObservedAddress, now: Instant): ProbeRequest | undefined {
  const { entry, certificate, balancer, pool, fleet, pods, references } = observed;
  const { want, address, lane, ports } = entry.spec;
  const { phase } = entry.status;
  if (want !== "Serve" || phase === "Serving" || certificate === undefined) return undefined;
  if ((obstacleToService(observed) ?? obstacleToLane(observed)) !== undefined) return undefined;
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
    compare: phase === "Verifying" && since(verifyingSince(observed, now), now) >= compareAfter,
    references,
  };
}

function freshProbe(
  observed: ObservedAddress,
  request: ProbeRequest,
  now: Instant,
): ProbeResult | undefined {
  const { probe } = observed;
  if (probe === undefined || !answers(probe, request)) return undefined;
  const age = since(probe.at, now);
  const isFresh = age >= 0 && age < probePause(verifyingSince(observed, now), now);
  return isFresh ? probe.result : undefined;
}

/** The load balancer's name, where it is time to resolve it. */
function unresolved({ entry, balancer, resolution }: ObservedAddress, now: Instant) {
  if (balancer?.hostname === undefined || entry.spec.want === "Quarantine") return undefined;
  const every = entry.status.phase === "Serving" ? resolveEvery : resolveSoon;
  const age = resolution === undefined ? every : since(resolution.at, now);
  return age < 0 || age >= every ? balancer.hostname : undefined;
}

/** Since when the address has been probed without success. */
export function verifyingSince({ entry }: ObservedAddress, now: Instant): Instant {
  const { phase, phaseSince } = entry.status;
  return phase === "Verifying" ? (parseInstant(phaseSince) ?? now) : now;
}
