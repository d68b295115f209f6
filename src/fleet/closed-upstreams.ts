import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { Finding } from "../api/findings.ts";
import { type UpstreamName, placedServers } from "../proxy/haproxy/upstream.ts";
import { hostOfServer, whyClosed } from "../proxy/upstream-networks.ts";
import { type PodReport, answeredReports } from "../pods/report.ts";
import { canonicalIp } from "../values/ip.ts";

interface ClosedUpstream {
  readonly field: string;
  readonly server: string;
  readonly address: string;
  readonly what: string;
}

const remedy =
  "Everybody on the internet would reach what is there. Name a public server; or, if a relay of yours is there, have the operator's administrator add its network to privateUpstreams in the chart's values (--private-upstreams)";

/** Most addresses that the message names. */
const mostNamed = 4;

/**
 * Servers of the upstream, or addresses of their names as pods found them, that no pod leads to.
 * @param opened networks (CIDRs) that are open to pods although they are private
 */
export function closedUpstreams(
  { upstream }: Pick<WhatsAppProxySpec, "upstream">,
  reports: readonly PodReport[],
  opened: readonly string[],
): Finding | undefined {
  const places = placesOf(upstream);
  const closed = places.flatMap((place) => {
    const host = hostOfServer(place.server);
    const found = addressesOf(place, reports).filter((address) => address !== host);
    return [
      ...closedAs(place, host, whyClosed(host, opened)),
      ...found.flatMap((address) => closedAs(place, address, whyRefused(address, opened))),
    ];
  });
  if (closed.length === 0) return undefined;
  const sentences = new Set(closed.map(sentence));
  return {
    status: "True",
    reason: "UpstreamClosed",
    message: `${[...sentences].slice(0, mostNamed).join("; ")}. ${remedy}`,
  };
}

function closedAs(
  { field, server }: Place,
  address: string,
  what: string | undefined,
): readonly ClosedUpstream[] {
  return what === undefined ? [] : [{ field, server, address, what }];
}

/** Pods refuse one address more than the operator knows of: the API server's, wherever it is. */
function whyRefused(address: string, opened: readonly string[]): string | undefined {
  const isOpened = whyClosed(address, opened) !== whyClosed(address, []);
  if (canonicalIp(address) === undefined || isOpened) return undefined;
  return whyClosed(address, []) ?? "where the cluster's API server answers";
}

interface Place {
  readonly upstream: UpstreamName;
  readonly field: string;
  readonly server: string;
}

function placesOf(upstream: WhatsAppProxySpec["upstream"]): readonly Place[] {
  return (["chat", "media"] as const).flatMap((name) =>
    placedServers(upstream, name).map(({ field, server }) => ({ upstream: name, field, server })),
  );
}

/** The addresses of a name that pods refused. */
function addressesOf(place: Place, reports: readonly PodReport[]): readonly string[] {
  return answeredReports(reports).flatMap(({ servers }) =>
    servers.flatMap(({ upstream, server, closed = [] }) =>
      upstream === place.upstream && server === place.server ? closed : [],
    ),
  );
}

function sentence({ field, server, address, what }: ClosedUpstream): string {
  const leads = hostOfServer(server) === address ? "" : ` leads to ${address}, and`;
  return `${field} "${server}"${leads} has no effect${leads === "" ? "" : " there"}: ${address} is ${what}`;
}
