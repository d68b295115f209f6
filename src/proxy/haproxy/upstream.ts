import { ProxyfleetError } from "../../values/errors.ts";
import { whatsAppFallback } from "../../api/fleet-traffic.ts";
import type { ListenerName } from "../../api/names.ts";
import { hostOfServer, whyClosed } from "../upstream-networks.ts";

/** The header that carries the client's address to WhatsApp (PROXY protocol 2 or 1), or none. */
export type ProxyProtocol = "V2" | "V1" | "None";

/** Where a fleet's bytes go: servers as "host:port", an IPv6 address in brackets. */
export interface Upstream {
  readonly chat: {
    readonly servers: readonly string[];
    /** Used only while no server answers; absent: none. */
    readonly fallback?: readonly string[];
    readonly proxyProtocol: ProxyProtocol;
  };
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

/** A server of an upstream, where it stands in the spec, and what HAProxy calls it. */
export interface PlacedServer {
  readonly name: string;
  readonly field: string;
  readonly server: string;
  /** Used only while none of the others answers. */
  readonly isFallback: boolean;
}

/** All servers of an upstream, by their place: chat-0, chat-1, … with the fallback at the end. */
export function placedServers(
  upstream: Pick<Upstream, "chat" | "media">,
  name: UpstreamName,
): readonly PlacedServer[] {
  const listed = (list: string, servers: readonly string[], before: number) =>
    servers.map((server, index) => ({
      name: `${name}-${before + index}`,
      field: `spec.upstream.${name}.${list}[${index}]`,
      server,
      isFallback: list === "fallback",
    }));
  const { servers } = upstream[name];
  const fallback = name === "chat" ? fallbackOf(upstream.chat) : [];
  return [...listed("servers", servers, 0), ...listed("fallback", fallback, servers.length)];
}

const whatsAppHost = /(?:^|\.)whatsapp\.net$/i;

/**
 * WhatsApp's own fallback, which is the default, is for WhatsApp's own servers: whose chat goes
 * through a relay does not wish for another way.
 */
function fallbackOf({ servers, fallback = [] }: Upstream["chat"]): readonly string[] {
  const isDefault = fallback.join() === whatsAppFallback.join();
  const isWhatsApp = servers.some((server) => whatsAppHost.test(hostOfServer(server)));
  return isDefault && !isWhatsApp ? [] : fallback;
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
 * both, else two of one. A fallback gets one, since it is in use for a while only. An address into which no pod may lead has none.
 * @throws UpstreamAddressError if a server is not "host:port"
 */
export function serverLines(
  upstream: Upstream,
  name: UpstreamName,
  options: (serverName: string) => string,
): string[] {
  return placedServers(upstream, name).flatMap(({ name: first, field, server, isFallback }) => {
    const address = checkedAddress(server, field);
    if (whyClosed(hostOfServer(server), upstream.privateNetworks ?? []) !== undefined) return [];
    const line = (serverName: string) =>
      `    server ${serverName} ${address} ${options(serverName)}`.trimEnd();
    if (isFallback) return [`${line(first)} backup`];
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
