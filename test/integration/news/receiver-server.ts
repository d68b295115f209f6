import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import type { Receiver } from "../../../src/news/receivers.ts";
import type { OwnCertificate } from "../../stand-ins/whatsapp/certificate.ts";
import { receiver, whsec } from "../../unit/news/build.ts";

/** What a receiver was sent, verified by the official library. */
interface Taken {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse) => void;

/** A status, and nothing else. */
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

/** A receiver of news on this machine. */
export class ReceiverServer {
  readonly taken: Taken[] = [];
  answer: Answer = status(204);
  /** Requests that came, answered or not. */
  requests = 0;
  connections = 0;
  readonly #server: Server;
  readonly #scheme: "http" | "https";

  private constructor(certificate: OwnCertificate | undefined) {
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      void this.#take(request, response);
    this.#scheme = certificate === undefined ? "http" : "https";
    this.#server =
      certificate === undefined
        ? createServer(handle)
        : createTlsServer({ cert: certificate.certificate, key: certificate.key }, handle);
    this.#server.on("connection", () => (this.connections += 1));
  }

  static async start(certificate?: OwnCertificate, port = 0): Promise<ReceiverServer> {
    const server = new ReceiverServer(certificate);
    server.#server.listen(port, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** As a configuration names it. */
  named(name: string, given: Partial<Receiver> = {}): Receiver {
    const host = this.#scheme === "https" ? "localhost" : "127.0.0.1";
    return receiver({ name, url: `${this.#scheme}://${host}:${this.port}/news`, ...given });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) {
      this.#server.close();
      await once(this.#server, "close");
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { headers } = request;
    const event = new Webhook(whsec).verify(body, headers as Record<string, string>);
    this.taken.push({ ...(event as Omit<Taken, "headers" | "body">), headers, body });
    this.answer(response);
  }
}
