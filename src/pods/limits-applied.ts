import type { Finding } from "../api/findings.ts";
import { type PodReport, noneAnswered, answeredReports } from "./report.ts";

/** What `spec.limits` asks for, and where it can't be had. */
export interface LimitsView {
  readonly maxConnections: number;
  /** Whether a limit on single clients is asked for. */
  readonly perClient: boolean;
  /** Pools behind whose addresses all clients look like the cluster's nodes. */
  readonly clientsHiddenBehind: readonly string[];
}

/** The LimitsApplied condition: whether `spec.limits` holds as it is written. */
export function limitsApplied(limits: LimitsView, reports: readonly PodReport[]): Finding {
  const troubles = [
    fullLanes(reports),
    hiddenClients(limits),
    fewerConnections(limits, reports),
  ].filter((trouble) => trouble !== undefined);
  const [first] = troubles;
  if (first !== undefined)
    return { ...first, message: troubles.map(({ message }) => message).join(". ") };
  if (answeredReports(reports).length === 0) return noneAnswered(reports);
  return { status: "True", reason: "Applied", message: "spec.limits holds on all pods" };
}

/**
 * Behind a node's address everybody is one client: a limit would shut out whole cities. So there is
 * none there.
 */
function hiddenClients({ perClient, clientsHiddenBehind: pools }: LimitsView): Finding | undefined {
  if (!perClient || pools.length === 0) return undefined;
  return {
    status: "False",
    reason: "ClientsNotSeen",
    message: `limits per client are not applied to addresses of pool ${pools.join(", ")}, since pods see all their clients as one, the node. Set spec.addresses.externalTrafficPolicy to Local, have the pool's load balancer send a PROXY header (the pool's spec.proxyProtocol), or set spec.limits.connectionsPerClient and connectionRatePerClient to 0`,
  };
}

/** Other groups go on as before: each lane has a share of its own. */
function fullLanes(reports: readonly PodReport[]): Finding | undefined {
  const pods = answeredReports(reports);
  const full = pods.filter((pod) => pod.full.length > 0);
  if (full.length === 0) return undefined;
  const entries = [...new Set(full.flatMap((pod) => pod.full))].toSorted();
  return {
    status: "False",
    reason: "ShareUsedUp",
    message: `${full.length} of ${pods.length} pods take no new connections to ${entries.join(", ")}: these addresses have all of their share of spec.limits.maxConnections, or had it within the last minutes, or several together have all that a pod holds. Other addresses are not affected. If these are people, add pods (spec.replicas). If somebody floods the address, set limits per client (spec.limits), or move the slot (proxyfleet.dev/rotate-at)`,
  };
}

function fewerConnections(
  { maxConnections }: LimitsView,
  reports: readonly PodReport[],
): Finding | undefined {
  const pods = answeredReports(reports);
  const short = pods.flatMap(({ connections }) =>
    connections !== undefined && connections.granted < connections.wanted ? [connections] : [],
  );
  const [fewest] = short.toSorted((a, b) => a.granted - b.granted);
  if (fewest === undefined) return undefined;
  const { why, remedy } = bounds[fewest.tightest ?? "files"];
  return {
    status: "False",
    reason: "FewerConnections",
    message: `${short.length} of ${pods.length} pods take fewer than the ${maxConnections} connections of spec.limits.maxConnections, one only ${fewest.granted}: ${why}. ${remedy}, add pods, or lower maxConnections`,
  };
}

const bounds = {
  files: {
    why: "a process on their nodes may open too few files",
    remedy: "Raise the limit of open files of the nodes' container runtime (LimitNOFILE)",
  },
  memory: {
    why: "their memory limit holds no more, at 37 kB a connection",
    remedy: "Raise spec.resources.limits.memory, or leave spec.resources out",
  },
  localPorts: {
    why: "a pod has only so many local ports to each address of spec.upstream.chat.servers",
    remedy:
      "Name more servers there, or widen the pods' net.ipv4.ip_local_port_range (a safe sysctl)",
  },
} as const;
