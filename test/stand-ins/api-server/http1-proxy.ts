import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Server, type TLSSocket, connect, createServer } from "node:tls";
import { makePem } from "../whatsapp/certificate.ts";
import type { ApiServer } from "./api-server.ts";
import { proxiedKubeconfig } from "./proxied-kubeconfig.ts";

/**
 * Stands before a real API server as a proxy that ends TLS and speaks HTTP/1.1 only: it says so by
 * ALPN on both sides, and passes the bytes on.
 */
export class Http1Proxy {
  readonly kubeconfig: string;
  readonly #server: Server;
  readonly #open = new Set<TLSSocket>();

  private constructor(server: Server, kubeconfig: string, api: ApiServer) {
    this.#server = server;
    this.kubeconfig = kubeconfig;
    server.on("secureConnection", (client) => this.#pass(client, api));
  }

  static async start(api: ApiServer): Promise<Http1Proxy> {
    const pem = await makePem();
    const server = createServer({ cert: pem, key: pem, ALPNProtocols: ["http/1.1"] });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const kubeconfig = proxiedKubeconfig({ port, certificate: pem, token: api.token });
    return new Http1Proxy(server, kubeconfig, api);
  }

  /** Connections of clients that stand now. */
  get connections(): number {
    return this.#open.size;
  }

  stop(): void {
    this.#server.close();
    for (const client of this.#open) client.destroy();
  }

  #pass(client: TLSSocket, api: ApiServer): void {
    const { port } = new URL(api.url);
    const options = { host: "127.0.0.1", port: Number(port), ca: api.ca };
    const server = connect({ ...options, ALPNProtocols: ["http/1.1"] });
    this.#open.add(client);
    for (const socket of [client, server]) {
      socket.on("error", () => undefined);
      socket.once("close", () => {
        this.#open.delete(client);
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server).pipe(client);
  }
}
