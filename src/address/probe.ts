import type { ListenerName } from "../api/names.ts";
import type { Pod } from "../kubernetes/objects.ts";
import type { Instant } from "../values/time.ts";

/** Where a listener is tried. */
export interface ProbePoint {
  readonly host: string;
  readonly port: number;
  /**
   * Its load balancer speaks the PROXY protocol: where the cluster leads past it, the operator has
   * to send the header itself.
   */
  readonly hasHeader: boolean;
}

/** What a listener is held to. */
export interface Expected {
  /** SHA-256 of the certificate that chat must show. */
  readonly certificate: string;
  /** The upstream of media as `host:port`, whose name is asked for. */
  readonly mediaServer: string | undefined;
  /** Hellos on media that don't pass get the lane's own certificate (`media.serverNames`). */
  readonly hidesMedia?: boolean;
}

/** One listener of an address, as it is published and as each pod serves it. */
export interface ProbedListener {
  readonly name: ListenerName;
  readonly port: number;
  readonly targetPort: number;
}

/** Another address of the pool, which shows whether the pool's load balancer works at all. */
export interface ReferenceAddress extends Expected {
  readonly host: string;
  readonly listeners: readonly Pick<ProbedListener, "name" | "port">[];
  readonly hasHeader: boolean;
}

/** All that one probe of an address needs to know. */
export interface ProbeRequest extends Expected {
  readonly address: string;
  readonly lane: number;
  readonly listeners: readonly ProbedListener[];
  readonly hasHeader: boolean;
  /** The fleet's ready pods. */
  readonly pods: readonly Pod[];
  /** The address is not tried before all of them serve it. */
  readonly waitsForPods: boolean;
  /** The operator may not come in (loadBalancerSourceRanges): pods are tried instead. */
  readonly isShutOut: boolean;
  /** Asks whose fault a failure is: of the pods, or of the whole pool. */
  readonly compare: boolean;
  readonly references: readonly ReferenceAddress[];
}

/** A listener that does not work, and why: a text for people. */
export interface ListenerProblem {
  readonly listener: ListenerName;
  readonly problem: string;
}

/** What one probe of an address showed. */
export interface ProbeResult {
  /** Ready pods that don't serve the lane's certificate yet, with what each said. */
  readonly lagging: readonly { readonly pod: string; readonly problem: string }[];
  /** The address was tried although these pods lag. */
  readonly triedAllTheSame?: boolean;
  readonly readyPods: number;
  /** What is wrong with each listener that fails, chat first. */
  readonly problems: readonly ListenerProblem[];
  /** Every ready pod that serves the lane was tried instead of the address. */
  readonly shutOut?: boolean;
  /** Whether another address of the pool works; undefined where none was tried. */
  readonly referenceWorks: boolean | undefined;
  /**
   * Whether the fleet's own pods, as far as they serve the lane, answer where the address does not;
   * absent where not tried.
   */
  readonly podsWork?: boolean;
}

/** A probe that was made: what was asked, when, and what it showed. */
export interface Probe {
  readonly request: ProbeRequest;
  readonly at: Instant;
  readonly result: ProbeResult;
}

/** Whether the address can't be published on this: something fails, or nobody could tell. */
export function hasFailed(result: ProbeResult): boolean {
  const { readyPods, lagging, problems, triedAllTheSame = false } = result;
  return readyPods === 0 || problems.length > 0 || (lagging.length > 0 && !triedAllTheSame);
}

/** Whether a probe answers this request: the same address, certificate, pods and depth. */
export function answers({ request }: Probe, asked: ProbeRequest): boolean {
  return identityOf(request) === identityOf(asked) && (request.compare || !asked.compare);
}

function identityOf(request: ProbeRequest): string {
  const { address, certificate, listeners, hasHeader, pods, waitsForPods, isShutOut } = request;
  const podNames = pods.map(({ metadata }) => metadata.name);
  const how = [hasHeader, waitsForPods, isShutOut];
  return JSON.stringify([address, certificate, listeners, podNames, how]);
}
