import { once } from "node:events";
import { type IncomingMessage, type Server, createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, type Socket, connect } from "node:net";
import { makeCertificate } from "../whatsapp/certificate.ts";

export interface ConnectProxyOptions {
  /** Whether TLS is spoken with the proxy itself, as "localhost". */
  readonly tls?: boolean;
  /** `user:password`, without which it answers 407. */
  readonly user?: string;
  /** What it answers every CONNECT with. */
  readonly status?: number;
}

/** Kubectl asks a proxy for its cluster's `tls-server-name`, too. */
const names = ["localhost", "kubernetes.default"];

/** An HTTP proxy for CONNECT. Whatever name it is asked for, it leads to one port on loopback. */
export class ConnectProxy {
  /** What it was asked for, as `host:port`. */
  readonly asked: string[] = [];
  /** Connections that it opened. */
  opened = 0;
  /** PEM to believe, where it speaks TLS. */
  readonly certificate: string | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(
    server: Server,
    certificate: string | undefined,
    options: ConnectProxyOptions & { readonly target: number },
  ) {
    this.#server = server;
    this.certificate = certificate;
    server.on("connection", (socket: Socket) => this.#keep(socket));
    server.on("connect", (request: IncomingMessage, socket: Socket) =>
      this.#take(request, socket, options),
    );
  }

  static async start(target: number, options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
    const own = options.tls === true ? await makeCertificate(new Date(), names) : undefined;
    const server =
      own === undefined ? createServer() : createTlsServer({ cert: own.certificate, key: own.key });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new ConnectProxy(server, own?.certificate, { ...options, target });
  }

  /** Its address for a kubeconfig, with credentials where given. */
  url(credentials = ""): string {
    const { port } = this.#server.address() as AddressInfo;
    const [scheme, host] =
      this.certificate === undefined ? ["http", "127.0.0.1"] : ["https", "localhost"];
    return `${scheme}://${credentials === "" ? "" : `${credentials}@`}${host}:${port}`;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #take(
    { url, headers }: IncomingMessage,
    client: Socket,
    { user, status = 200, target }: ConnectProxyOptions & { readonly target: number },
  ): void {
    this.asked.push(url ?? "");
    client.on("error", () => undefined);
    const basic = `Basic ${Buffer.from(user ?? "").toString("base64")}`;
    const isKnown = user === undefined || headers["proxy-authorization"] === basic;
    const answer = isKnown ? status : 407;
    if (answer !== 200) return void client.end(`HTTP/1.1 ${answer} No\r\n\r\n`);
    this.opened += 1;
    const server = connect(target, "127.0.0.1");
    this.#keep(server);
    server.once("connect", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.pipe(other).once("close", () => one.destroy());
  }
}
