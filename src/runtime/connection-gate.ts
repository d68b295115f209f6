import { type Server, type Socket, createServer } from "node:net";
import type { Millis } from "../values/time.ts";
import { RateGate } from "./rate-gate.ts";

/** What all clients together may take. */
export interface ConnectionLimits {
  /** Connections at once. */
  readonly connections: number;
  /** New connections. */
  readonly connectionRate: { readonly perSecond: number; readonly burst: number };
  /** A connection lives no longer, whatever it does. */
  readonly lifeMs: Millis;
}

export interface ConnectionGate {
  /** Not listening yet. */
  readonly server: Server;
  /** The connections that are open now, the oldest first. */
  readonly open: ReadonlySet<Socket>;
}

/**
 * Stands before HTTP and TLS, since these are what costs most. Too many connections in a second are
 * closed at once. Where all places are taken, the oldest goes: an honest client needs seconds, and
 * whoever only holds a place shuts nobody out. Every connection ends after a while. No address of a
 * client is looked at.
 */
export function connectionGate(
  limits: ConnectionLimits,
  pass: (socket: Socket) => void,
): ConnectionGate {
  const open = new Set<Socket>();
  const rate = new RateGate(limits.connectionRate);
  const server = createServer((socket) => {
    if (!rate.passes(performance.now())) return void socket.destroy();
    const [oldest] = open;
    if (open.size >= limits.connections && oldest !== undefined) {
      open.delete(oldest);
      oldest.destroy();
    }
    open.add(socket);
    const end = setTimeout(() => socket.destroy(), limits.lifeMs);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      clearTimeout(end);
      open.delete(socket);
    });
    return pass(socket);
  });
  return { server, open };
}
