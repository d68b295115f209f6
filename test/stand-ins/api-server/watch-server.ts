import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Http2SecureServer, type ServerHttp2Session, createSecureServer } from "node:http2";
import { createServer as createHttp1Server, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { makePem } from "../whatsapp/certificate.ts";
import { proxiedKubeconfig } from "./proxied-kubeconfig.ts";

/** What the server speaks, and how much of it. */
export interface WatchServerOptions {
  readonly protocol: "h2" | "http/1.1";
  /** Streams on one HTTP/2 connection. */
  readonly maxConcurrentStreams?: number;
  /** Takes requests, and answers none. */
  readonly isSilent?: boolean;
}

const event = { type: "ADDED", object: { metadata: { name: "a", resourceVersion: "2" } } };

/**
 * Answers every watch with one event, and holds it open; every other call with an object. It counts
 * what came.
 */
export class WatchServer {
  readonly kubeconfig: string;
  /** Connections since the start. */
  accepted = 0;
  /** Requests since the start. */
  requests = 0;
  /** HTTP/2 pings since the start. */
  pings = 0;
  readonly #server: Server | Http2SecureServer;
  readonly #sockets = new Set<Socket>();
  readonly #watches = new Set<ServerResponse>();

  private constructor(server: Server | Http2SecureServer, kubeconfig: string, isSilent: boolean) {
    this.#server = server;
    this.kubeconfig = kubeconfig;
    server.on("connection", (socket: Socket) => {
      this.accepted += 1;
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.on("session", (session: ServerHttp2Session) => {
      session.on("ping", () => (this.pings += 1));
    });
    // What node:http2 hands out has the same methods (its "compatibility API").
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.requests += 1;
      if (!isSilent) this.#answer(request.url ?? "", response);
    });
  }

  static async start({
    protocol,
    maxConcurrentStreams = 100,
    isSilent = false,
  }: WatchServerOptions): Promise<WatchServer> {
    const pem = await makePem();
    const tls = { cert: pem, key: pem };
    const server =
      protocol === "h2"
        ? createSecureServer({ ...tls, settings: { maxConcurrentStreams } })
        : createHttp1Server(tls);
    server.on("sessionError", () => undefined);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const kubeconfig = proxiedKubeconfig({ port, certificate: pem, token: "t" });
    return new WatchServer(server, kubeconfig, isSilent);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Watches that are open now. */
  get watches(): number {
    return this.#watches.size;
  }

  /** Ends all watches, as an API server does after a while. */
  endWatches(): void {
    for (const response of this.#watches) response.end();
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #answer(url: string, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/json" });
    if (!url.includes("watch=true")) return void response.end(JSON.stringify(event.object));
    this.#watches.add(response);
    response.once("close", () => this.#watches.delete(response));
    response.write(`${JSON.stringify(event)}\n`);
  }
}
