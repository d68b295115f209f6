import type { Evidence } from "../../domain/verification.ts";
import { explainError } from "../../errors.ts";
import type { Pod } from "../../manifests/objects.ts";
import type { Environment } from "../environment.ts";
import type { ObservedAddress } from "./gather.ts";
import { neighbourWorks } from "./neighbour.ts";
import { type Listener, type Place, chatProblem, mediaProblem } from "./knock.ts";

/**
 * Tries an address as a phone would, before anybody is told of it: every ready pod has the lane's certificate loaded, a handshake
 * through the address shows it, and the media port leads to the upstream. `compare` also asks whose fault a failure is.
 */
export async function tryAddress(
  observed: ObservedAddress,
  certificate: string,
  compare: boolean,
  environment: Environment,
): Promise<Evidence> {
  const lagging = await laggingPods(observed, certificate, environment);
  const base = { readyPods: observed.pods.length, lagging, neighbourWorks: undefined, chatProblem: undefined, mediaProblem: undefined };
  if (lagging.length > 0 || observed.pods.length === 0) return base;
  const through = await problemsAt(throughAddress(observed), observed, certificate);
  if (works(through)) return { ...base, ...through };
  const isShutOut = (observed.fleet?.spec.addresses.loadBalancerSourceRanges.length ?? 0) > 0;
  if (!isShutOut && !compare) return { ...base, ...through };
  const atPods = await problemsAt(atEachPod(observed), observed, certificate);
  if (isShutOut) return { ...base, ...atPods, shutOut: true };
  const failing: readonly Listener[] = through.chatProblem === undefined ? ["media"] : ["chat", "media"];
  return { ...base, ...through, podsWork: works(atPods), neighbourWorks: await neighbourWorks(observed, failing, environment) };
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
      return [{ pod: pod.metadata.name, problem: refused?.message ?? "it has not loaded the lane's certificate" }];
    } catch (error) {
      return [{ pod: pod.metadata.name, problem: explainError(error) }];
    }
  };
  return (await Promise.all(pods.map(ask))).flat();
}

type Problems = Pick<Evidence, "chatProblem" | "mediaProblem">;

function works({ chatProblem: chat, mediaProblem: media }: Problems): boolean {
  return chat === undefined && media === undefined;
}

type Places = (listener: Listener) => readonly Place[];

async function problemsAt(places: Places, { fleet }: ObservedAddress, certificate: string): Promise<Problems> {
  const server = fleet?.spec.upstream.media.servers[0];
  const [chat, media] = await Promise.all([chatProblem(places("chat"), certificate), mediaProblem(places("media"), server)]);
  return { chatProblem: chat, mediaProblem: media };
}

function throughAddress({ entry, pool }: ObservedAddress): Places {
  const hasHeader = pool?.spec.proxyProtocol.version === "V2";
  return (listener) => {
    const ports = entry.spec.ports.find(({ name }) => name === listener);
    return ports === undefined ? [] : [{ host: entry.spec.address ?? "", port: ports.port, hasHeader }];
  };
}

/** Past the load balancer: what fails here too is no fault of the address. */
function atEachPod({ entry, pods, pool }: ObservedAddress): Places {
  const hasHeader = pool?.spec.proxyProtocol.version === "V2";
  return (listener) => {
    const ports = entry.spec.ports.find(({ name }) => name === listener);
    return ports === undefined ? [] : pods.map((pod) => ({ host: pod.status?.podIP ?? "", port: ports.targetPort, hasHeader }));
  };
}
