import { type Socket, isIPv6 } from "node:net";
import type { buildConnector } from "undici";
import type { Proxy } from "./proxy.ts";

/** How a tunnel is opened. */
export interface TunnelOptions {
  /** PEM of the cluster's authorities. */
  readonly ca: string | undefined;
  /** Whether certificates are checked. */
  readonly rejectUnauthorized: boolean;
  /** The proxy has so long to answer (ms). */
  readonly withinMs: number;
}

/**
 * Opens connections through a proxy, and TLS with the server inside of them.
 * @param secure opens TLS on a socket that it is handed
 */
export function tunnelConnector(
  proxy: Proxy,
  secure: buildConnector.connector,
  options: TunnelOptions,
): buildConnector.connector {
  const reach: Reach = async (target, callback) => {
    const isSecure = target.protocol === "https:";
    const port = Number(target.port) || (isSecure ? 443 : 80);
    let socket: Socket;
    try {
      socket = await openTunnel(proxy, { host: target.hostname, port }, options);
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    if (isSecure) secure({ ...target, httpSocket: socket }, callback);
    else callback(null, socket.setNoDelay(true).setKeepAlive(true, keepAliveMs));
  };
  return (target, callback) => void reach(target, callback);
}

type Reach = (...call: Parameters<buildConnector.connector>) => Promise<void>;

const keepAliveMs = 60_000;

/** Only what a proxy needs is loaded, since most go without. */
async function openTunnel(
  proxy: Proxy,
  to: { readonly host: string; readonly port: number },
  options: TunnelOptions,
): Promise<Socket> {
  if (proxy.kind === "socks5") {
    const { socksTunnel } = await import("./socks-tunnel.ts");
    return socksTunnel(proxy, to, options.withinMs);
  }
  const { httpTunnel } = await import("./http-tunnel.ts");
  const host = isIPv6(to.host) ? `[${to.host}]` : to.host;
  return httpTunnel(proxy, `${host}:${to.port}`, options);
}
