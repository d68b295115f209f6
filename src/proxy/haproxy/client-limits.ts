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
 * The rules of a frontend that refuse a client over its limits. They come after the PROXY header is
 * read, so they count the client and not the load balancer. An IPv6 client is its /64: one phone
 * has all of those addresses.
 */
export function limitRules(limits: ClientLimits): string[] {
  const wanted = counters(limits);
  if (wanted.length === 0) return [];
  const onlyWhere = limits.clientsSeen === "Always" ? "" : " if { fc_rcvd_proxy }";
  return [
    `    tcp-request session track-sc0 src,ipmask(32,64) table clients${onlyWhere}`,
    ...wanted.map(
      ({ fetch, limit }) => `    tcp-request session reject if { ${fetch} gt ${limit} }`,
    ),
  ];
}

function counters(limits: ClientLimits): { store: string; fetch: string; limit: number }[] {
  return [
    { store: "conn_cur", fetch: "sc0_conn_cur", limit: limits.connectionsPerClient },
    { store: "conn_rate(1m)", fetch: "sc0_conn_rate", limit: limits.connectionRatePerClient },
  ].filter(({ limit }) => limit > 0);
}
