import { explainError } from "../../errors.ts";
import type { Evidence } from "../../domain/verification.ts";
import { laneCertificates } from "../fleet/lane-certificates.ts";
import { childName } from "../../manifests/names.ts";
import { parseProxyAddress, type ProxyAddress } from "../../api/proxy-address.ts";
import type { Pod } from "../../manifests/objects.ts";
import { certificateBehind } from "../../verification/handshake.ts";
import type { Environment } from "../environment.ts";
import type { ObservedAddress } from "./gather.ts";

/** One try at a port may take this long (ms). */
const timeoutMs = 5_000;

/**
 * Tries an address as a phone would, before anybody is told of it: every ready pod has the lane's certificate loaded, a handshake
 * through the address shows it, and the media port leads to the upstream. `compare` also tries another address of the pool.
 */
export async function tryAddress(
  observed: ObservedAddress,
  certificate: string,
  compare: boolean,
  environment: Environment,
): Promise<Evidence> {
  const lagging = await laggingPods(observed, certificate, environment);
  const base = { readyPods: observed.pods.length, lagging, neighbourWorks: undefined };
  if (lagging.length > 0 || observed.pods.length === 0) return { ...base, chatProblem: undefined, mediaProblem: undefined };
  const [chatProblem, mediaProblem] = await Promise.all([tryChat(observed, certificate), tryMedia(observed)]);
  const isFailing = chatProblem !== undefined || mediaProblem !== undefined;
  return {
    ...base,
    chatProblem,
    mediaProblem,
    neighbourWorks: isFailing && compare ? await neighbourWorks(observed, environment) : undefined,
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
      return [{ pod: pod.metadata.name, problem: refused?.message ?? "it has not loaded the lane's certificate" }];
    } catch (error) {
      return [{ pod: pod.metadata.name, problem: explainError(error) }];
    }
  };
  return (await Promise.all(pods.map(ask))).flat();
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where to knock: at the address itself, or at every pod where loadBalancerSourceRanges shut the operator out of it. */
function places({ entry, fleet, pods }: ObservedAddress, listener: "chat" | "media"): readonly Place[] {
  const ports = entry.spec.ports.find(({ name }) => name === listener);
  if (ports === undefined) return [];
  const isShutOut = (fleet?.spec.addresses.loadBalancerSourceRanges.length ?? 0) > 0;
  if (!isShutOut) return [{ host: entry.spec.address ?? "", port: ports.port }];
  return pods.map((pod) => ({ host: pod.status?.podIP ?? "", port: ports.targetPort }));
}

async function tryChat(observed: ObservedAddress, certificate: string): Promise<string | undefined> {
  return firstProblem(places(observed, "chat"), async (place) => {
    const shown = await certificateBehind(place, timeoutMs);
    return shown === certificate ? undefined : `port ${place.port} shows another certificate than its lane's`;
  });
}

/** The media port passes TLS through, so that a finished handshake is the upstream's own. Which certificate it has is not ours to say. */
async function tryMedia(observed: ObservedAddress): Promise<string | undefined> {
  const server = observed.fleet?.spec.upstream.media.servers[0] ?? "";
  const servername = server.slice(0, server.lastIndexOf(":"));
  const isName = !/^[\d.]*$|:/.test(servername);
  return firstProblem(places(observed, "media"), async (place) => {
    await certificateBehind({ ...place, ...(isName ? { servername } : {}) }, timeoutMs);
    return undefined;
  });
}

async function firstProblem(all: readonly Place[], attempt: (place: Place) => Promise<string | undefined>): Promise<string | undefined> {
  const problems = await Promise.all(
    all.map(async (place) => {
      try {
        return await attempt(place);
      } catch (error) {
        return explainError(error);
      }
    }),
  );
  return problems.find((problem) => problem !== undefined);
}

/** Whether some other serving address of the pool works now: then the fault is not the provider's. */
async function neighbourWorks({ entry }: ObservedAddress, { caches }: Environment): Promise<boolean | undefined> {
  const serving = caches.addresses.by("pool", entry.spec.pool).flatMap((raw) => {
    const parsed = parseProxyAddress(raw);
    return parsed.ok && parsed.value.status.phase === "Serving" ? [parsed.value] : [];
  });
  for (const neighbour of serving.slice(0, 3)) {
    const certificate = certificateOf(neighbour, caches);
    const port = neighbour.spec.ports.find(({ name }) => name === "chat")?.port;
    if (certificate === undefined || port === undefined) continue;
    const problem = await firstProblem([{ host: neighbour.spec.address ?? "", port }], async (place) =>
      (await certificateBehind(place, timeoutMs)) === certificate ? undefined : "other certificate",
    );
    if (problem === undefined) return true;
  }
  return serving.length === 0 ? undefined : false;
}

function certificateOf({ metadata, spec }: ProxyAddress, caches: Environment["caches"]): string | undefined {
  const secret = caches.secrets.get({ namespace: spec.claimRef.namespace, name: childName(spec.claimRef.name) });
  return laneCertificates(secret).find(({ uid }) => uid === metadata.uid)?.sha256;
}
