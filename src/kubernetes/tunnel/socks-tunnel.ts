import type { Socket } from "node:net";
import { SocksClient } from "socks";
import { ApiUnreachableError } from "../errors.ts";
import type { Proxy } from "./proxy.ts";

/**
 * A connection through a SOCKS proxy of version 5. A server's name is looked up by the proxy: here,
 * nobody is asked for it.
 * @throws ApiUnreachableError where the proxy is not there, refuses, or says nothing in time
 */
export async function socksTunnel(
  { host, port, user }: Proxy,
  destination: { readonly host: string; readonly port: number },
  withinMs: number,
): Promise<Socket> {
  const credentials = user === undefined ? {} : { userId: user.name, password: user.password };
  try {
    const { socket } = await SocksClient.createConnection({
      proxy: { host, port, type: 5, ...credentials },
      command: "connect",
      destination,
      timeout: withinMs,
    });
    return socket;
  } catch (cause) {
    throw new ApiUnreachableError(`the SOCKS proxy ${host}:${port} can't be used`, {
      cause: new Error(cause instanceof Error ? cause.message : String(cause)),
    });
  }
}
