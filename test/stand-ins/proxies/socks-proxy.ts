import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";

/**
 * A SOCKS proxy of version 5 (RFC 1928, RFC 1929). Whatever it is asked for, it leads to one port on
 * loopback.
 */
export class SocksProxy {
  /** What it was asked for, as `host:port`; addresses as `ipv4` and `ipv6`. */
  readonly asked: string[] = [];
  /** Connections that it opened. */
  opened = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: number, user: string | undefined) {
    this.#server = server;
    server.on("connection", (client: Socket) => {
      this.#keep(client);
      void this.#serve(client, target, user).catch(() => client.destroy());
    });
  }

  /** @param user `user:password`, without which it refuses */
  static async start(target: number, user?: string): Promise<SocksProxy> {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new SocksProxy(server, target, user);
  }

  /** Its address for a kubeconfig, with credentials where given. */
  url(credentials = ""): string {
    const { port } = this.#server.address() as AddressInfo;
    return `socks5://${credentials === "" ? "" : `${credentials}@`}127.0.0.1:${port}`;
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

  async #serve(client: Socket, target: number, user: string | undefined): Promise<void> {
    const methods = (await read(client, 2))[1] ?? 0;
    await read(client, methods);
    client.write(Buffer.from([5, user === undefined ? 0 : 2]));
    if (user !== undefined && !(await isUser(client, user))) {
      client.end(Buffer.from([1, 1]));
      return;
    }
    if (user !== undefined) client.write(Buffer.from([1, 0]));
    const kind = (await read(client, 4))[3];
    this.asked.push(await destination(client, kind));
    this.opened += 1;
    const server = connect(target, "127.0.0.1");
    this.#keep(server);
    await once(server, "connect");
    client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.pipe(other).once("close", () => one.destroy());
  }
}

async function isUser(client: Socket, user: string): Promise<boolean> {
  const part = async () => (await read(client, (await read(client, 1))[0] ?? 0)).toString();
  await read(client, 1);
  const name = await part();
  return user === `${name}:${await part()}`;
}

async function destination(client: Socket, kind: number | undefined): Promise<string> {
  const host =
    kind === 3
      ? (await read(client, (await read(client, 1))[0] ?? 0)).toString()
      : (await read(client, kind === 1 ? 4 : 16)) && (kind === 1 ? "ipv4" : "ipv6");
  return `${host}:${(await read(client, 2)).readUInt16BE()}`;
}

async function read(socket: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const got = bytes === 0 ? Buffer.alloc(0) : (socket.read(bytes) as Buffer | null);
    if (got !== null) return got;
    await once(socket, "readable");
  }
}
