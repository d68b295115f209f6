import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";

/** Passes TCP bytes to a port on loopback, and does harm to whole connections. */
export class TcpRelay {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs: Set<readonly [Socket, Socket]>;
  #isOpen = true;
  #accepted = 0;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.#pairs = new Set();
    server.on("connection", (client) => this.#take(client, target));
  }

  static async start(target: number): Promise<TcpRelay> {
    const server = createServer({ pauseOnConnect: true });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new TcpRelay(server, target);
  }

  /** Connections that stand now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Connections that were taken since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /**
   * Makes what stands half-open: it stays up, and no byte passes any more. New connections work.
   */
  freeze(): void {
    for (const [client, target] of this.#pairs) {
      client.unpipe(target).resume();
      target.unpipe(client).resume();
    }
  }

  /** Resets what stands. New connections work. */
  cut(): void {
    for (const [client, target] of this.#pairs) {
      client.resetAndDestroy();
      target.destroy();
    }
  }

  /** Resets what stands, and every new connection as well, until `heal`. */
  part(): void {
    this.#isOpen = false;
    this.cut();
  }

  heal(): void {
    this.#isOpen = true;
  }

  stop(): void {
    this.part();
    this.#server.close();
  }

  #take(client: Socket, port: number): void {
    if (!this.#isOpen) {
      client.resetAndDestroy();
      return;
    }
    this.#accepted++;
    const target = connect(port, "127.0.0.1");
    const pair = [client, target] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on("error", () => undefined);
      socket.once("close", () => {
        this.#pairs.delete(pair);
        client.destroy();
        target.destroy();
      });
    }
    client.pipe(target).pipe(client);
  }
}
