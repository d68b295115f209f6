import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { TLSSocket, createSecureContext } from "node:tls";
import { supervisorPort } from "../../src/manifests/names.ts";
import type { Neighbours } from "./neighbours.ts";

/** Where the bench's fleets listen: ports that need no rights. */
export const doorPorts = { chat: 18_443, media: 18_587 };

/** Answers on all loopback addresses: as a pod's supervisor, and with the lane's certificate as a proxy. */
export class Doors {
  readonly #servers: (Server | HttpServer)[];

  private constructor(servers: (Server | HttpServer)[]) {
    this.#servers = servers;
  }

  static async open(neighbours: Neighbours): Promise<Doors> {
    const doors = [doorPorts.chat, doorPorts.media].map((port) =>
      createServer((socket) => shakeHands(socket, neighbours.pemBehind(socket.localAddress ?? ""))).listen(port, "0.0.0.0"),
    );
    const supervisors = createHttpServer((request, response) => {
      const status = neighbours.podStatus(request.socket.localAddress ?? "");
      response.writeHead(status === undefined ? 404 : 200, { "content-type": "application/json" }).end(JSON.stringify(status));
    }).listen(supervisorPort, "0.0.0.0");
    const servers = [...doors, supervisors];
    await Promise.all(servers.map(async (server) => once(server, "listening")));
    return new Doors(servers);
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }
}

function shakeHands(socket: Socket, pem: string | undefined): void {
  socket.on("error", () => undefined);
  if (pem === undefined) {
    socket.destroy();
    return;
  }
  const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert: pem, key: pem }) });
  secure.on("error", () => undefined);
  secure.once("end", () => secure.end());
}
