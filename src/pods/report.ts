import type { UpstreamName } from "../proxy/haproxy/upstream.ts";
import type { Finding } from "../api/findings.ts";

/** A server of the upstream, as one pod's health checks see it. */
export interface ServerReport {
  readonly upstream: UpstreamName;
  /** As the spec names it: host:port. */
  readonly server: string;
  /** Used only while none of the others answers; absent: it is one of these. */
  readonly isFallback?: boolean;
  /** Nameless: DNS gives no address for its name. Closed: none that pods may lead to. */
  readonly state: "up" | "down" | "nameless" | "closed";
  /** Addresses of it that pods don't lead to; absent: none. */
  readonly closed?: readonly string[];
}

/**
 * What a serving pod says of itself, as far as the fleet's conditions depend on it. Or it has not
 * answered for a while.
 */
export type PodReport =
  | { readonly kind: "silent"; readonly pod: string }
  | {
      readonly kind: "answered";
      readonly pod: string;
      /** The configuration that its HAProxy refused, in HAProxy's words. */
      readonly refused: string | undefined;
      /** For over a minute it has not loaded the latest configuration, nor any other new one. */
      readonly lags: boolean;
      readonly connections: PodConnections | undefined;
      /** Ledger entries whose lanes have all of their share of its connections. */
      readonly full: readonly string[];
      readonly servers: readonly ServerReport[];
    };

/** Connections that the spec asks for, and those that the pod can take, by what it has least of. */
export interface PodConnections {
  readonly wanted: number;
  readonly granted: number;
  readonly tightest?: "files" | "memory" | "localPorts" | undefined;
}

export type AnsweredReport = Extract<PodReport, { kind: "answered" }>;

/** The pods that answered. */
export function answeredReports(reports: readonly PodReport[]): readonly AnsweredReport[] {
  return reports.filter((report) => report.kind === "answered");
}

/** Nothing is known while no pod answers. */
export function noneAnswered(reports: readonly PodReport[]): Finding {
  const silent = reports.map(({ pod }) => pod);
  if (silent.length === 0)
    return {
      status: "Unknown",
      reason: "NoPodServes",
      message: "no pod that is ready has reported its state yet",
    };
  return {
    status: "Unknown",
    reason: "PodsSilent",
    message: `the operator asks pods for their state on port 9101 and gets no answer: ${silent.join(", ")}. They may serve all the same. Check that NetworkPolicies and firewalls let the operator's namespace reach that port`,
  };
}
