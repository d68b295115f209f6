import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Server as HttpsServer, createServer as createHttps } from "node:https";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { largestBody } from "../../probe/protocol.ts";
import { type Millis, seconds } from "../../values/time.ts";
import { type HttpAnswer, strangersPage, unavailable } from "../answer.ts";
import { RateGate } from "./rate.ts";
import { Desk, type DeskOptions } from "./desk.ts";

/** Certificate chain and key, as PEM. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What all clients together may take. */
export interface IngestionLimits {
  /** Connections at once. */
  readonly connections: number;
  /** New connections: each costs a handshake, about half a millisecond of this process. */
  readonly connectionRate: { readonly perSecond: number; readonly burst: number };
  readonly handshakeMs: Millis;
  /** A connection lives no longer, whatever it does: 64 KB over a line of 2 KB a second. */
  readonly lifeMs: Millis;
}

export const ingestionLimits: IngestionLimits = {
  connections: 128,
  connectionRate: { perSecond: 50, burst: 100 },
  handshakeMs: seconds(10),
  lifeMs: seconds(40),
};

export interface IngestionOptions extends DeskOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** All interfaces where absent. */
  readonly host?: string;
  readonly certificate: ServingCertificate;
  readonly limits?: IngestionLimits;
  /** An error of ours while a request was answered: for the log. */
  readonly failed: (error: unknown) => void;
}

/** The endpoint, up and running. */
export interface Ingestion {
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: () => number;
  /** What the endpoint remembers of agents, in entries. */
  readonly remembered: () => number;
  /** Serves another certificate from the next connection on. */
  readonly useCertificate: (certificate: ServingCertificate) => void;
  readonly close: () => Promise<void>;
}

/**
 * Serves agents over HTTPS on a port of its own. Resolves when the port is bound; rejects when it
 * can't be.
 */
export async function serveIngestion(options: IngestionOptions): Promise<Ingestion> {
  const { certificate, limits = ingestionLimits } = options;
  const desk = new Desk(options);
  const https = httpsServer(certificate, limits.handshakeMs);
  // Node would ask the client on to a body that nobody wants yet.
  for (const event of ["request", "checkContinue", "checkExpectation"])
    https.on(event, (request: IncomingMessage, response: ServerResponse) => {
      void answerOn(desk, { request, response }, options.failed);
    });
  https.on("clientError", (_: Error, socket: Socket) => answerGarbage(socket));
  https.on("tlsClientError", (_: Error, socket: Socket) => socket.destroy());
  const { server, open } = gate(https, limits);
  server.listen(options.port, options.host);
  await once(server, "listening");
  // Such as no files left for one more connection.
  server.on("error", options.failed);
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => open.size,
    remembered: () => desk.remembered,
    useCertificate: (next) => https.setSecureContext({ ...next, minVersion: "TLSv1.2" }),
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      if (server.listening) await once(server, "close");
    },
  };
}

function httpsServer(certificate: ServingCertificate, handshakeTimeout: Millis): HttpsServer {
  return createHttps({
    ...certificate,
    minVersion: "TLSv1.2",
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout,
    maxHeaderSize: 8192,
    keepAlive: false,
  });
}

/**
 * Stands before TLS, since a handshake is what costs most. Too many connections in a second are
 * closed at once. Where all places are taken, the oldest goes: agents need seconds, and who only
 * holds a place shuts nobody out. Every connection ends after a while. No address of a client is
 * looked at.
 */
function gate(
  https: HttpsServer,
  limits: IngestionLimits,
): { readonly server: Server; readonly open: ReadonlySet<Socket> } {
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
    return void https.emit("connection", socket);
  });
  return { server, open };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answerOn(
  desk: Desk,
  { request, response }: Exchange,
  failed: IngestionOptions["failed"],
): Promise<void> {
  const { method, url, headers } = request;
  try {
    const { authorization } = headers;
    const body = async () => boundedBody(request);
    write(response, await desk.answer({ method, url, authorization, body }));
  } catch (error) {
    // One whose client went away in the middle is nobody's fault.
    if (request.complete) failed(error);
    write(response, unavailable);
  }
}

/** One request a connection: what else comes on it is not read. */
function write(response: ServerResponse, { status, type, body }: HttpAnswer): void {
  response
    .writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(body),
      connection: "close",
    })
    .end(body);
}

/** What is no HTTP gets the page as well. */
function answerGarbage(socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const { body, type } = strangersPage;
  const head = `HTTP/1.1 404 Not Found\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  return void socket.end(head + body);
}

/** Undefined for a body that is longer than any of ours; nothing beyond that is kept. */
async function boundedBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  if (Number(request.headers["content-length"] ?? 0) > largestBody.request) return undefined;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largestBody.request) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
