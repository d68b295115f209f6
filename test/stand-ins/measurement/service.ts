import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buildConnector } from "undici";
import { makeCertificate } from "../whatsapp/certificate.ts";

/** A stand-in for a public service: on loopback, but reached by its real name and over TLS. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly ca: string;
}

/** Starts a service of this name on a free port of loopback. */
export async function startService(name: string, answer: RequestListener): Promise<Service> {
  const { certificate, key } = await makeCertificate(new Date(), [name]);
  const server = createServer({ cert: certificate, key }, answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    name,
    port: (server.address() as AddressInfo).port,
    ca: certificate,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * Connects to these services by their names, as if a resolver led there, and trusts their
 * certificates. No other host is reached.
 */
export function connectTo(...services: readonly Service[]): buildConnector.connector {
  const known = new Map(
    services.map((service) => [
      service.name,
      { service, connect: buildConnector({ ca: service.ca }) },
    ]),
  );
  return (options, done) => {
    const found = known.get(options.hostname);
    if (found === undefined) return done(new Error(`no such host: ${options.hostname}`), null);
    const { service, connect } = found;
    const there = { hostname: "127.0.0.1", host: "127.0.0.1", port: `${service.port}` };
    return connect({ ...options, ...there, servername: service.name }, done);
  };
}

/** A request's body as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}

/** Sets headers of an answer that is not sent yet. */
export function setHeaders(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
