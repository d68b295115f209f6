import { once } from "node:events";
import { type Socket, connect, isIP } from "node:net";
import { type TLSSocket, connect as startTls } from "node:tls";
import type { StepFailure } from "../../reachability/evidence.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import type { Millis } from "../../values/time.ts";
import type { Endpoint } from "../endpoint.ts";
import { troubleOf } from "../failure.ts";

/** The other side, or something on the way, ended a step. */
export class StepError extends ProxyfleetError {
  readonly failure: StepFailure;

  constructor(failure: StepFailure, options?: ErrorOptions) {
    super(`ended as ${failure.kind}`, options);
    this.failure = failure;
  }
}

/** This machine could not try, or was asked to stop: nothing is known. */
export class UntriedError extends ProxyfleetError {}

/** How long a step may take, and what stops all of it. */
export interface StepLimit {
  readonly ms: Millis;
  readonly stop: AbortSignal;
}

/** The error of a socket as what it says. @returns a StepError or an UntriedError */
export function stepError(cause: unknown, limit: StepLimit): StepError | UntriedError {
  if (cause instanceof StepError || cause instanceof UntriedError) return cause;
  if (limit.stop.aborted) return new UntriedError("stopped", { cause });
  const { name, code } = cause as NodeJS.ErrnoException;
  if (name === "AbortError") return new StepError({ kind: "TimedOut" });
  const trouble = troubleOf(code);
  return trouble === "Own"
    ? new UntriedError("this machine could not try", { cause })
    : new StepError(trouble, { cause });
}

/**
 * Opens a TCP connection.
 * @throws StepError if it was refused, reset or not answered in time; UntriedError if this machine
 * could not try
 */
export async function openTcp({ host, port }: Endpoint, limit: StepLimit): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  // What comes after the deadline has nobody who waits for it.
  socket.on("error", () => socket.destroy());
  try {
    await once(socket, "connect", { signal: deadline(limit) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw stepError(error, limit);
  }
}

export interface Handshake {
  /** The name to ask for (SNI); none for an address, as the app does on chat. */
  readonly serverName?: string;
  /** The name or address that the certificate must be for. */
  readonly host?: string;
  /** Authorities that are believed besides those of Node, as PEM: for tests. */
  readonly authorities?: string;
}

/**
 * Shakes hands over a connection. Nothing is refused for its certificate: the caller looks at it.
 * @throws StepError, UntriedError; the connection is closed then
 */
export async function openTls(
  socket: Socket,
  { serverName, host, authorities }: Handshake,
  limit: StepLimit,
): Promise<TLSSocket> {
  const secure = startTls({
    socket,
    rejectUnauthorized: false,
    ...(host === undefined ? {} : { host }),
    ...(serverName === undefined || isIP(serverName) !== 0 ? {} : { servername: serverName }),
    ...(authorities === undefined ? {} : { ca: authorities }),
  });
  secure.on("error", () => socket.destroy());
  try {
    await once(secure, "secureConnect", { signal: deadline(limit) });
    return secure;
  } catch (error) {
    secure.destroy();
    socket.destroy();
    throw stepError(error, limit);
  }
}

function deadline({ ms, stop }: StepLimit): AbortSignal {
  return AbortSignal.any([stop, AbortSignal.timeout(ms)]);
}
