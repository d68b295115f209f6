import { ProxyfleetError } from "../../values/errors.ts";
import type { ListenerName } from "../../api/names.ts";
import { hostOfServer, whyClosed } from "../upstream-networks.ts";

/** The header that carries the client's address to WhatsApp (PROXY protocol 2 or 1), or none. */
export type ProxyProtocol = "V2" | "V1" | "None";

/** Where a fleet's bytes go: servers as "host:port", an IPv6 address in brackets. */
export interface Upstream {
  readonly chat: { readonly servers: readonly string[]; readonly proxyProtocol: ProxyProtocol };
  readonly media: { readonly servers: readonly string[] };
  /** Networks (CIDRs) that are open to pods although they are private; absent: none. */
  readonly privateNetworks?: readonly string[];
}

export type UpstreamName = "chat" | "media";

/** A server of `spec.upstream` is not an address that can stand in a HAProxy configuration. */
export class UpstreamAddressError extends ProxyfleetError {}

/** The upstream that a listener's bytes go to: plain chat is chat without the outer TLS. */
export function upstreamOf(listener: ListenerName): UpstreamName {
  return listener === "media" ? "media" : "chat";
}

/** A name for each server of an upstream, by its place: chat-0, chat-1, … */
export function serverNames(upstream: Upstream, name: UpstreamName): string[] {
  return upstream[name].servers.map((_, index) => `${name}-${index}`);
}

/**
 * The backend that checks an upstream, once for all lanes, however many there are. It takes no
 * traffic itself: the lanes' backends track it.
 * @throws UpstreamAddressError if a server is not "host:port"
 */
export function renderUpstream(upstream: Upstream, name: UpstreamName): string {
  const servers = serverLines(upstream, name, () => "check");
  // A first failure looks again every 2 s and three make a server down; one success brings it back.
  // Every 10 s, since a lane's own failed connections can't count against a server that is checked
  // elsewhere.
  return [
    `backend upstream-${name}`,
    "    default-server inter 10s fastinter 2s downinter 5s fall 3 rise 1",
    ...servers,
  ].join("\n");
}

/**
 * The `server` lines of an upstream, each followed by the options for its name. A name gets two
 * lines, so that two of its addresses are in use at once: one of each family where the pod has
 * both, else two of one. An address into which no pod may lead has none.
 * @throws UpstreamAddressError if a server is not "host:port"
 */
export function serverLines(
  upstream: Upstream,
  name: UpstreamName,
  options: (serverName: string) => string,
): string[] {
  const names = serverNames(upstream, name);
  return upstream[name].servers.flatMap((server, index) => {
    const first = names[index] ?? "";
    const address = checkedAddress(server, `spec.upstream.${name}.servers[${index}]`);
    if (whyClosed(hostOfServer(server), upstream.privateNetworks ?? []) !== undefined) return [];
    const line = (serverName: string) =>
      `    server ${serverName} ${address} ${options(serverName)}`.trimEnd();
    return literal.test(server)
      ? [line(first)]
      : [line(first), `${line(`${first}-1`)} resolve-prefer ipv6`];
  });
}

const hostAndPort =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]):(?<port>\d{1,5})$/;

/** A server that is given by address; all others are names. */
const literal = /^(?:\[|[\d.]+:)/;

/**
 * The CRD checks servers too. This is the last gate before a text that HAProxy obeys: a space or a
 * line break here would be an order of its own.
 */
function checkedAddress(server: string, field: string): string {
  const port = Number(hostAndPort.exec(server)?.groups?.["port"] ?? 0);
  if (port < 1 || port > 65_535) {
    throw new UpstreamAddressError(
      `${field} ${JSON.stringify(server)} is not host:port. Write a name or an address, a colon and a port from 1 to 65535.`,
    );
  }
  return server;
}
