import { proxiesFile } from "./run-directory.ts";

/** How much one client may take. 0 means no limit. */
export interface ClientLimits {
  /** Connections open at once. */
  readonly connectionsPerClient: number;
  /** New connections in a minute. */
  readonly connectionRatePerClient: number;
  /**
   * Whether a connection's source is its client: always, where the cluster keeps it, or only where
   * a load balancer's PROXY header gives it. Otherwise it is a node, and a limit would take all
   * clients behind that node for one.
   */
  readonly clientsSeen: "Always" | "WithProxyHeader";
}

/**
 * The table behind the limits: counts by client, in memory only, forgotten two minutes after a
 * client's last connection. Nothing without a limit.
 */
export function limitTable(limits: ClientLimits): string[] {
  return counters(limits).length === 0
    ? []
    : [
        `backend clients\n    stick-table type ipv6 size 200k expire 2m store ${counters(limits)
          .map((counter) => counter.store)
          .join(",")}`,
      ];
}

/**
 * The rules of a lane's frontend that refuse a client over its limits. A client whose connection is
 * its own is counted before the TLS handshake. One that a PROXY header names is counted when the
 * header is read, which is after the handshake: the connection is the load balancer's. An IPv6
 * client is its /64: one phone has all of those addresses.
 */
export function limitRules(limits: ClientLimits, lane: number): string[] {
  const wanted = counters(limits);
  if (wanted.length === 0) return [];
  const rules = (at: "connection" | "session", where: string) => [
    `    tcp-request ${at} track-sc0 src,ipmask(32,64) table clients ${where}`,
    ...wanted.map(({ fetch, limit }) => `    tcp-request ${at} reject if { ${fetch} gt ${limit} }`),
  ];
  const ownConnections = rules("connection", `unless { src -f ${proxiesFile(lane)} }`);
  return [
    ...(limits.clientsSeen === "Always" ? ownConnections : []),
    ...rules("session", "if { fc_rcvd_proxy }"),
  ];
}

function counters(limits: ClientLimits): { store: string; fetch: string; limit: number }[] {
  return [
    { store: "conn_cur", fetch: "sc0_conn_cur", limit: limits.connectionsPerClient },
    { store: "conn_rate(1m)", fetch: "sc0_conn_rate", limit: limits.connectionRatePerClient },
  ].filter(({ limit }) => limit > 0);
}
