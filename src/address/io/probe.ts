import type { ListenerName } from "../../api/names.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import type { PodStatusReader } from "../../pods/io/status-reader.ts";
import { explainError } from "../../values/errors.ts";
import type {
  ListenerProblem,
  ProbePoint,
  ProbeRequest,
  ProbeResult,
  ProbedListener,
  ReferenceAddress,
} from "../probe.ts";
import { type Network, problemWith, tcp } from "./probe-listener.ts";

/**
 * Tries an address as a phone would, before it is published: every ready pod has the lane's
 * certificate loaded, a handshake through the address shows it, the media port leads to the
 * upstream, and the plain chat port, where there is one, is open. Pods that lag are waited for only
 * where the request says so. A failure never throws.
 */
export async function probeAddress(
  request: ProbeRequest,
  readStatus: PodStatusReader,
  network: Network = tcp,
): Promise<ProbeResult> {
  const { pods, waitsForPods, isShutOut, compare } = request;
  const lagging = await laggingPods(request, readStatus, network);
  const asked = { readyPods: pods.length, lagging, referenceWorks: undefined, problems: [] };
  if ((waitsForPods && lagging.length > 0) || pods.length === 0) return asked;
  const base = lagging.length === 0 ? asked : { ...asked, triedAllTheSame: true };
  const problems = await problemsAt(throughAddress(request), request, network);
  if (problems.length === 0) return base;
  if (!isShutOut && !compare) return { ...base, problems };
  const late = new Set(lagging.map(({ pod }) => pod));
  const serving = pods.filter(({ metadata }) => !late.has(metadata.name));
  const atPods = await problemsAt(atEach(serving, request), request, network);
  if (isShutOut) return serving.length === 0 ? asked : { ...base, problems: atPods, shutOut: true };
  const failing = problems.map(({ listener }) => listener);
  const referenceWorks = await oneWorks(request.references, failing, network);
  const podsWork = serving.length > 0 && atPods.length === 0;
  return { ...base, problems, podsWork, referenceWorks };
}

async function laggingPods(
  request: ProbeRequest,
  readStatus: PodStatusReader,
  network: Network,
): Promise<ProbeResult["lagging"]> {
  const ask = async (pod: Pod) => {
    const problem = await problemOf(pod, request, { readStatus, network });
    return problem === undefined ? [] : [{ pod: pod.metadata.name, problem }];
  };
  return (await Promise.all(request.pods.map(ask))).flat();
}

interface WaysToPod {
  readonly readStatus: PodStatusReader;
  readonly network: Network;
}

/** Why a pod does not serve the lane, as it says itself. Of one that is silent the lane says more. */
async function problemOf(
  pod: Pod,
  request: ProbeRequest,
  { readStatus, network }: WaysToPod,
): Promise<string | undefined> {
  const { lane, certificate } = request;
  try {
    const { lanes, refused } = await readStatus(pod);
    const status = lanes.find((one) => one.lane === lane);
    if (status?.open === true && status.certificateSHA256 === certificate) return undefined;
    return refused?.message ?? "it has not loaded the lane's certificate";
  } catch (error) {
    const listeners = request.listeners.filter(({ name }) => name === "chat");
    const chat = { ...request, listeners };
    const problems = await problemsAt(atEach([pod], request), chat, network);
    return problems.length === 0 ? undefined : explainError(error);
  }
}

type Points = (listener: ProbedListener) => readonly ProbePoint[];

/** The listeners that fail, chat first. */
async function problemsAt(
  points: Points,
  request: ProbeRequest,
  network: Network,
): Promise<readonly ListenerProblem[]> {
  const found = await Promise.all(
    request.listeners.map(async (listener) => {
      const problem = await problemWith(listener.name, points(listener), {
        expected: request,
        network,
      });
      return problem === undefined ? [] : [{ listener: listener.name, problem }];
    }),
  );
  return found.flat();
}

function throughAddress({ address, hasHeader }: ProbeRequest): Points {
  return ({ port }) => [{ host: address, port, hasHeader }];
}

/** Past the load balancer: what fails here too is no fault of the address. */
function atEach(pods: readonly Pod[], { hasHeader }: ProbeRequest): Points {
  return ({ targetPort: port }) =>
    pods.map(({ status }) => ({ host: status?.podIP ?? "", port, hasHeader }));
}

/**
 * Whether one of these works now on the listeners that fail: then the fault is neither the
 * provider's nor that of the way there. Undefined: there is none to ask.
 */
async function oneWorks(
  references: readonly ReferenceAddress[],
  failing: readonly ListenerName[],
  network: Network,
): Promise<boolean | undefined> {
  for (const reference of references) if (await works(reference, failing, network)) return true;
  return references.length === 0 ? undefined : false;
}

async function works(
  reference: ReferenceAddress,
  failing: readonly ListenerName[],
  network: Network,
): Promise<boolean> {
  const { host, hasHeader, listeners } = reference;
  const problems = await Promise.all(
    failing.map(async (name) => {
      const port = listeners.find((listener) => listener.name === name)?.port;
      if (port === undefined) return "it has no such port";
      return problemWith(name, [{ host, port, hasHeader }], { expected: reference, network });
    }),
  );
  return problems.every((problem) => problem === undefined);
}
