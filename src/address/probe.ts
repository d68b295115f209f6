import type { Evidence, ListenerProblem } from "./verification.ts";
import { explainError } from "../values/errors.ts";
import type { Pod } from "../kubernetes/objects.ts";
import { type ListenerName, listenerNames } from "../api/names.ts";
import type { Environment } from "../cluster/environment.ts";
import type { ObservedAddress } from "./observe.ts";
import { neighbourWorks } from "./probe-reference.ts";
import { type Place, problemWith } from "./probe-listener.ts";

/**
 * Tries an address as a phone would, before anybody is told of it: every ready pod has the lane's
 * certificate loaded, a handshake through the address shows it, the media port leads to the
 * upstream, and the plain chat port, where there is one, is open. `compare` also asks whose fault a
 * failure is.
 */
export async function tryAddress(
  observed: ObservedAddress,
  certificate: string,
  compare: boolean,
  environment: Environment,
): Promise<Evidence> {
  const lagging = await laggingPods(observed, certificate, environment);
  const base = {
    readyPods: observed.pods.length,
    lagging,
    neighbourWorks: undefined,
    problems: [],
  };
  if (lagging.length > 0 || observed.pods.length === 0) return base;
  const problems = await problemsAt(throughAddress(observed), observed, certificate);
  if (problems.length === 0) return base;
  const isShutOut = (observed.fleet?.spec.addresses.loadBalancerSourceRanges.length ?? 0) > 0;
  if (!isShutOut && !compare) return { ...base, problems };
  const atPods = await problemsAt(atEachPod(observed), observed, certificate);
  if (isShutOut) return { ...base, problems: atPods, shutOut: true };
  const failing = problems.map(({ listener }) => listener);
  return {
    ...base,
    problems,
    podsWork: atPods.length === 0,
    neighbourWorks: await neighbourWorks(observed, failing, environment),
  };
}

async function laggingPods(
  { pods, entry }: ObservedAddress,
  certificate: string,
  { podStatus }: Environment,
): Promise<Evidence["lagging"]> {
  const ask = async (pod: Pod) => {
    try {
      const { lanes, refused } = await podStatus(pod);
      const lane = lanes.find((status) => status.lane === entry.spec.lane);
      if (lane?.open === true && lane.certificateSHA256 === certificate) return [];
      return [
        {
          pod: pod.metadata.name,
          problem: refused?.message ?? "it has not loaded the lane's certificate",
        },
      ];
    } catch (error) {
      return [{ pod: pod.metadata.name, problem: explainError(error) }];
    }
  };
  return (await Promise.all(pods.map(ask))).flat();
}

type Places = (listener: ListenerName) => readonly Place[];

/** The entry's listeners that fail, chat first. */
async function problemsAt(
  places: Places,
  { fleet, entry }: ObservedAddress,
  certificate: string,
): Promise<readonly ListenerProblem[]> {
  const expected = { certificate, mediaServer: fleet?.spec.upstream.media.servers[0] };
  const tried = listenerNames.filter((name) => entry.spec.ports.some((port) => port.name === name));
  const found = await Promise.all(
    tried.map(async (listener) => ({
      listener,
      problem: await problemWith(listener, places(listener), expected),
    })),
  );
  return found.flatMap(({ listener, problem }) =>
    problem === undefined ? [] : [{ listener, problem }],
  );
}

function throughAddress({ entry, pool }: ObservedAddress): Places {
  const hasHeader = pool?.spec.proxyProtocol.version === "V2";
  return (listener) => {
    const ports = entry.spec.ports.find(({ name }) => name === listener);
    return ports === undefined
      ? []
      : [{ host: entry.spec.address ?? "", port: ports.port, hasHeader }];
  };
}

/** Past the load balancer: what fails here too is no fault of the address. */
function atEachPod({ entry, pods, pool }: ObservedAddress): Places {
  const hasHeader = pool?.spec.proxyProtocol.version === "V2";
  return (listener) => {
    const ports = entry.spec.ports.find(({ name }) => name === listener);
    return ports === undefined
      ? []
      : pods.map((pod) => ({ host: pod.status?.podIP ?? "", port: ports.targetPort, hasHeader }));
  };
}
