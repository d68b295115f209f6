import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { type Socket, isIP } from "node:net";
import { getCACertificates } from "node:tls";
import { ApiUnreachableError } from "../errors.ts";
import type { Proxy } from "./proxy.ts";
import type { TunnelOptions } from "./tunnel.ts";

/**
 * A connection through a proxy that speaks HTTP (CONNECT, RFC 9110). The proxy learns the server's
 * name and port; `authority` is both.
 * @throws ApiUnreachableError where the proxy is not there, refuses, or says nothing in time
 */
export async function httpTunnel(
  proxy: Proxy,
  authority: string,
  { ca, rejectUnauthorized, withinMs }: TunnelOptions,
): Promise<Socket> {
  const where = `the ${proxy.kind} proxy ${proxy.host}:${proxy.port}`;
  const options: RequestOptions = {
    method: "CONNECT",
    host: proxy.host,
    port: proxy.port,
    path: authority,
    headers: { host: authority, ...authorization(proxy) },
    agent: false,
    timeout: withinMs,
  };
  // Kubectl trusts the cluster's authorities for its proxy, and others have one of the public ones.
  const authorities = ca === undefined ? {} : { ca: [...getCACertificates("default"), ca] };
  // Node would take the name from the header Host, and that is the server's.
  const servername = isIP(proxy.host) === 0 ? proxy.host : "";
  const request =
    proxy.kind === "https"
      ? tlsRequest({ ...options, ...authorities, rejectUnauthorized, servername })
      : plainRequest(options);
  request.once("timeout", () => request.destroy(new Error("no answer in time")));
  try {
    const { response, socket } = await answer(request);
    if (response.statusCode === 200) return socket;
    socket.destroy();
    const status = response.statusCode ?? 0;
    const remedy =
      status === 407
        ? "write its user and password into its address, as http://user:password@host:port"
        : "ask who runs it to let this server and port through";
    throw new ApiUnreachableError(`${where} answered ${status} for ${authority}: ${remedy}`);
  } catch (cause) {
    if (cause instanceof ApiUnreachableError) throw cause;
    throw new ApiUnreachableError(`${where} can't be used`, { cause });
  }
}

function authorization({ user }: Proxy): Record<string, string> {
  if (user === undefined) return {};
  const pair = Buffer.from(`${user.name}:${user.password}`).toString("base64");
  return { "proxy-authorization": `Basic ${pair}` };
}

async function answer(
  request: ClientRequest,
): Promise<{ readonly response: IncomingMessage; readonly socket: Socket }> {
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("connect", (response, socket: Socket, head) => {
      socket.removeAllListeners("timeout").setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve({ response, socket });
    });
    request.end();
  });
}
