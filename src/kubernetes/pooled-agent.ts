import { Agent, buildConnector } from "undici";
import { watchfulConnector } from "./dead-connection.ts";
import type { Material } from "./kubeconfig/credentials.ts";
import type { Proxy } from "./tunnel/proxy.ts";
import { tunnelConnector } from "./tunnel/tunnel.ts";
import { present } from "../values/present.ts";

/** What a connection is for. Each has an agent of its own. */
export type Use = "calls" | "watches";

/**
 * Most connections at once. Over HTTP/2 one of them carries as many streams as the server lets it,
 * and the next one is opened when it is full; over HTTP/1.1, each call or watch under way needs one
 * of its own. Watches have no limit: one that had to wait for another one's end would be blind, and
 * there are no more of them than kinds and namespaces.
 */
const mostConnections: Readonly<Record<Use, number | null>> = { calls: 32, watches: null };

export interface AgentOptions {
  /** What TLS needs, as far as the kubeconfig says it. */
  readonly tls: Material["tls"];
  /** All connections go through it; undefined: straight to the server. */
  readonly proxy: Proxy | undefined;
  /** Whether HTTP/2 is offered. The server chooses (ALPN). */
  readonly http2: boolean;
  /** A dead connection is noticed after two to three of these (ms). */
  readonly pingEveryMs: number;
  /** A TCP connection with its TLS handshake takes no longer than this (ms). */
  readonly connectWithinMs: number;
  /** Called with the reason when a connection can't be opened and there is no other one. */
  readonly onUnreachable: (agent: Agent, reason: Error) => void;
}

/** Pooled connections to a server, as many as what is under way needs. */
export function pooledAgent(use: Use, options: AgentOptions): Agent {
  const { http2: allowH2, pingEveryMs, onUnreachable } = options;
  const agent = new Agent({
    allowH2,
    connections: mostConnections[use],
    keepAliveTimeout: 60_000,
    headersTimeout: 60_000,
    bodyTimeout: 0,
    pingInterval: pingEveryMs,
    connect: watchfulConnector(connector(options), pingEveryMs),
  });
  agent.on("connectionError", (_origin, _targets, reason) => {
    if (!isConnected(agent)) onUnreachable(agent, reason);
  });
  return agent;
}

function connector({ tls, proxy, http2, connectWithinMs }: AgentOptions): buildConnector.connector {
  const timeout = connectWithinMs;
  const direct = buildConnector({ ...present(tls), keepAlive: true, timeout, allowH2: http2 });
  return proxy === undefined
    ? direct
    : tunnelConnector(proxy, direct, { ...tls, withinMs: connectWithinMs });
}

function isConnected(agent: Agent): boolean {
  return Object.values(agent.stats).some(({ connected }) => Boolean(connected));
}
