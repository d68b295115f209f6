import type { Service } from "../kubernetes/objects.ts";
import { shortened } from "../values/shortened.ts";
import type { Instant } from "../values/time.ts";

/** A Warning Event about a Service. */
export interface BalancerWarning {
  readonly reason: string;
  readonly message: string;
}

/** What the API server answered when it was asked for the Warning Events about a Service. */
export interface BalancerWarnings {
  /** The Service's uid: Events about another one of that name don't count. */
  readonly uid: string;
  /** The newest first. */
  readonly warnings: readonly BalancerWarning[];
  readonly at: Instant;
}

/** What a load balancer says of a Service that it has not served. */
export interface BalancerWords {
  readonly text: string;
  /** Whether that is a no, and no trouble that may pass by itself. */
  readonly isNo: boolean;
}

/**
 * Reasons of Events that mean no: MetalLB's `AllocationFailed` comes where the address is another
 * Service's, is in none of its pools, or is not for this Service; it stays so until somebody changes
 * something. All other warnings, such as a cloud controller's `SyncLoadBalancerFailed` or AWS'
 * `FailedDeployModel`, may be a quota, a rate limit or an outage that passes: they are quoted, and
 * nothing follows from them alone.
 */
const reasonsOfNo: ReadonlySet<string> = new Set(["AllocationFailed"]);

/**
 * Reasons of Events that say nothing of an address: MetalLB warns so of an annotation that it reads
 * all the same.
 */
const reasonsBeside: ReadonlySet<string> = new Set(["deprecatedAnnotation"]);

/**
 * Cilium writes no Events: it answers in conditions of the Service. False is a no, for the same
 * causes as MetalLB's. The second one is the type of older releases.
 */
const answers: ReadonlySet<string> = new Set([
  "cilium.io/IPAMRequestSatisfied",
  "io.cilium/lb-ipam-request-satisfied",
]);

/** Longer words are cut (characters). */
const longestQuote = 400;

/** What the load balancer says of this Service: its no, where it says that, or its last warning. */
export function balancerWords(
  service: Service | undefined,
  known: BalancerWarnings | undefined,
): BalancerWords | undefined {
  const refusal = service?.status?.conditions?.find(
    ({ type, status }) => answers.has(type) && status === "False",
  );
  if (refusal !== undefined)
    return { text: quotable(refusal.message || (refusal.reason ?? "")), isNo: true };
  const isAboutIt = known !== undefined && known.uid === service?.metadata.uid;
  const warnings = (isAboutIt ? known.warnings : []).filter(
    ({ reason }) => !reasonsBeside.has(reason),
  );
  const no = warnings.find(({ reason }) => reasonsOfNo.has(reason));
  const said = no ?? warnings[0];
  if (said === undefined) return undefined;
  return { text: quotable(`${said.reason}: ${said.message}`), isNo: no !== undefined };
}

/** An id of a request, which is another one each time: a message with it would change for nothing. */
const requestId = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

function quotable(text: string): string {
  const oneLine = text.replace(requestId, "…").replace(/\s+/g, " ").trim();
  return oneLine.length > longestQuote ? `${shortened(oneLine, longestQuote - 1)}…` : oneLine;
}
