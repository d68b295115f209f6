import { once } from "node:events";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { failed, type Step } from "./outcome.ts";

/** One published port of a proxy. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** The address of this host to connect from, where it has several. */
  readonly from?: string;
}

/**
 * What a TLS handshake showed: the peer's certificate (SHA-256 of its DER form, in hexadecimal;
 * subject) and the TLS version.
 */
export interface Handshake {
  readonly certificateSHA256: string;
  readonly subject: string;
  readonly tlsVersion: string;
}

/**
 * How the other end proves who it is: not at all, as a proxy towards the app, or by a certificate
 * for a name that the machine trusts.
 */
export type Trust =
  | { readonly kind: "anybody"; readonly servername?: string }
  | { readonly kind: "verified"; readonly servername: string };

/**
 * Opens a TCP connection. It ends with the signal.
 * @throws AttemptError
 */
export async function openTcp(
  { host, port, from }: Endpoint,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connectTcp({ host, port, noDelay: true, ...source(from) });
  endWith(socket, signal);
  await reached(socket, { event: "connect", step: "connect" }, signal);
  return socket;
}

/**
 * Opens a TLS connection. It ends with the signal. As in the app, no server name is sent to an IP
 * address unless one is given.
 * @throws AttemptError
 */
export async function openTls(
  { host, port, from }: Endpoint,
  trust: Trust,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const servername = trust.servername ?? (isIP(host) === 0 ? host : undefined);
  const named = servername === undefined ? {} : { servername };
  const socket = connectTls({
    host,
    port,
    ...source(from),
    rejectUnauthorized: trust.kind === "verified",
    ...named,
  });
  endWith(socket, signal);
  await reached(socket, { event: "connect", step: "connect" }, signal);
  await reached(socket, { event: "secureConnect", step: "handshake" }, signal);
  return socket;
}

function source(from: string | undefined): { localAddress?: string } {
  return from === undefined ? {} : { localAddress: from };
}

async function reached(
  socket: Socket,
  { event, step }: { readonly event: string; readonly step: Step },
  signal: AbortSignal,
): Promise<void> {
  try {
    await once(socket, event, { signal });
  } catch (error) {
    socket.destroy();
    throw failed(step, signal.aborted ? signal.reason : error);
  }
}

/** What the finished handshake showed. */
export function readHandshake(tls: TLSSocket): Handshake {
  const certificate = tls.getPeerX509Certificate();
  return {
    certificateSHA256: certificate?.fingerprint256.replaceAll(":", "").toLowerCase() ?? "",
    subject: certificate?.subject ?? "",
    tlsVersion: tls.getProtocol() ?? "",
  };
}

/** A signal that fires with the given one, or after so many milliseconds. */
export function withDeadline(signal: AbortSignal, milliseconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
}

/**
 * Destroys the socket with the signal's reason. Errors that come when nobody waits any more are of
 * no interest.
 */
function endWith(socket: Socket, signal: AbortSignal): void {
  const end = (): void => void socket.destroy(signal.reason as Error);
  if (signal.aborted) end();
  signal.addEventListener("abort", end);
  socket.on("error", () => undefined);
  socket.once("close", () => signal.removeEventListener("abort", end));
}
