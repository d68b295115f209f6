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
 * upstream, and the plain chat port, where there is one, is open. A failure never throws.
 */
export async function probeAddress(
  request: ProbeRequest,
  readStatus: PodStatusReader,
  network: Network = tcp,
): Promise<ProbeResult> {
  const { pods, isShutOut, compare } = request;
  const lagging = await laggingPods(request, readStatus);
  const base = { readyPods: pods.length, lagging, referenceWorks: undefined, problems: [] };
  if (lagging.length > 0 || pods.length === 0) return base;
  const problems = await problemsAt(throughAddress(request), request, network);
  if (problems.length === 0) return base;
  if (!isShutOut && !compare) return { ...base, problems };
  const atPods = await problemsAt(atEachPod(request), request, network);
  if (isShutOut) return { ...base, problems: atPods, shutOut: true };
  const failing = problems.map(({ listener }) => listener);
  const referenceWorks = await oneWorks(request.references, failing, network);
  return { ...base, problems, podsWork: atPods.length === 0, referenceWorks };
}

async function laggingPods(
  { pods, lane, certificate }: ProbeRequest,
  readStatus: PodStatusReader,
): Promise<ProbeResult["lagging"]> {
  const ask = async (pod: Pod) => {
    try {
      const { lanes, refused } = await readStatus(pod);
      const status = lanes.find((one) => one.lane === lane);
      if (status?.open === true && status.certificateSHA256 === certificate) return [];
      const problem = refused?.message ?? "it has not loaded the lane's certificate";
      return [{ pod: pod.metadata.name, problem }];
    } catch (error) {
      return [{ pod: pod.metadata.name, problem: explainError(error) }];
    }
  };
  return (await Promise.all(pods.map(ask))).flat();
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
function atEachPod({ pods, hasHeader }: ProbeRequest): Points {
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
