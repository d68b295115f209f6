import { once } from "node:events";
import {
  type Server as HttpServer,
  type IncomingMessage,
  type ServerOptions,
  type ServerResponse,
  createServer as createHttp,
} from "node:http";
import { type Server as HttpsServer, createServer as createHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Millis } from "../values/time.ts";
import { type ConnectionLimits, connectionGate } from "./connection-gate.ts";
import type { ServingCertificate } from "./serving-certificate.ts";

export interface ServerLimits extends ConnectionLimits {
  readonly handshakeMs: Millis;
  /** A connection that asks for nothing lives no longer; absent: as long as any other. */
  readonly requestMs?: Millis;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface GuardedServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** All interfaces where absent. */
  readonly host?: string;
  /** Plain HTTP where undefined. */
  readonly certificate: ServingCertificate | undefined;
  readonly limits: ServerLimits;
  /** Answers a request, and lets the connection end with that. Called once for each connection. */
  readonly answer: (exchange: Exchange) => void;
  /** What goes back for what is no HTTP request, in all its bytes. */
  readonly answerToGarbage: string;
  /** An error of ours: for the log. */
  readonly failed: (error: unknown) => void;
}

/** A server that is up and running. */
export interface GuardedServer {
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: () => number;
  /** Serves another certificate from the next connection on. */
  readonly useCertificate: (certificate: ServingCertificate) => void;
  readonly close: () => Promise<void>;
}

/**
 * Serves strangers over HTTP or HTTPS, within limits, one request a connection. Resolves when the
 * port is bound; rejects when it can't be.
 */
export async function serveGuarded(options: GuardedServerOptions): Promise<GuardedServer> {
  const { certificate, limits } = options;
  const https = certificate && httpsServer(certificate, limits.handshakeMs);
  const http = https ?? createHttp(httpOptions);
  listen(http, options);
  const { server, open } = connectionGate(limits, (socket) => void http.emit("connection", socket));
  server.listen(options.port, options.host);
  await once(server, "listening");
  // Such as no files left for one more connection.
  server.on("error", options.failed);
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => open.size,
    useCertificate: (next) => https?.setSecureContext({ ...next, minVersion: "TLSv1.2" }),
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      if (server.listening) await once(server, "close");
    },
  };
}

/** Node answers nothing by itself: not even that a header is missing. */
const httpOptions: ServerOptions = {
  maxHeaderSize: 8192,
  keepAlive: false,
  requireHostHeader: false,
};

function httpsServer(certificate: ServingCertificate, handshakeTimeout: Millis): HttpsServer {
  return createHttps({
    ...httpOptions,
    ...certificate,
    minVersion: "TLSv1.2",
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout,
  });
}

function listen(
  http: HttpServer,
  { answer, answerToGarbage, limits, certificate }: GuardedServerOptions,
): void {
  const hangUp = (socket: Duplex) =>
    void (socket.writable ? socket.end(answerToGarbage) : socket.destroy());
  // Requests that are sent all at once come all at once, and cost as much as so many connections.
  const answered = new WeakSet<Socket>();
  const { requestMs } = limits;
  // Over TLS, requests come on another socket than the connection's own.
  const begins = certificate === undefined ? "connection" : "secureConnection";
  if (requestMs !== undefined)
    http.on(begins, (socket: Socket) => endUnless(() => answered.has(socket), socket, requestMs));
  // Node would ask the client on to a body that nobody wants yet.
  for (const event of ["request", "checkContinue", "checkExpectation"])
    http.on(event, (request: IncomingMessage, response: ServerResponse) => {
      if (answered.has(request.socket)) return;
      answered.add(request.socket);
      answer({ request, response });
    });
  http.on("connect", (_, socket: Duplex) => hangUp(socket));
  http.on("clientError", (_: Error, socket: Duplex) => hangUp(socket));
  http.on("tlsClientError", (_: Error, socket: Duplex) => void socket.destroy());
}

function endUnless(hasAsked: () => boolean, socket: Socket, withinMs: Millis): void {
  const end = setTimeout(() => {
    if (!hasAsked()) socket.destroy();
  }, withinMs);
  socket.once("close", () => clearTimeout(end));
}
