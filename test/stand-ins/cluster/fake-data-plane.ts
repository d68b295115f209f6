import { once } from "node:events";
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { TLSSocket, createSecureContext } from "node:tls";
import { supervisorPort } from "../../../src/api/names.ts";
import type { FakeControllers } from "./fake-controllers.ts";

/** Where the bench's fleets listen: ports that need no rights. */
export const dataPlanePorts = { chat: 18_443, media: 18_587 };

/**
 * Answers on all loopback addresses: as a pod's supervisor, and with the lane's certificate as a
 * proxy.
 */
export class FakeDataPlane {
  readonly #servers: (Server | HttpServer)[];

  private constructor(servers: (Server | HttpServer)[]) {
    this.#servers = servers;
  }

  /** Listens as soon as no other run has these ports open: the ports are the machine's. */
  static async open(controllers: FakeControllers): Promise<FakeDataPlane> {
    for (;;) {
      const servers = FakeDataPlane.#listen(controllers);
      const ends = await Promise.allSettled(
        servers.map(async (server) => once(server, "listening")),
      );
      const failed = ends.filter((end) => end.status === "rejected");
      if (failed.length === 0) return new FakeDataPlane(servers);
      for (const server of servers) server.close();
      for (const { reason } of failed)
        if ((reason as NodeJS.ErrnoException).code !== "EADDRINUSE") throw reason;
      await setTimeout(500);
    }
  }

  static #listen(controllers: FakeControllers): (Server | HttpServer)[] {
    const ports = [dataPlanePorts.chat, dataPlanePorts.media].map((port) =>
      createServer((socket) =>
        shakeHands(socket, controllers.pemBehind(socket.localAddress ?? "")),
      ).listen(port, "0.0.0.0"),
    );
    const supervisors = createHttpServer((request, response) => {
      const ip = request.socket.localAddress ?? "";
      const hostility = controllers.hostile.get(ip);
      if (hostility === "silent") return;
      if (hostility === "endless") return streamWithoutEnd(response);
      const status = controllers.podStatus(ip);
      response
        .writeHead(status === undefined ? 404 : 200, { "content-type": "application/json" })
        .end(JSON.stringify(status));
    }).listen(supervisorPort, "0.0.0.0");
    return [...ports, supervisors];
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }
}

/** As fast as it is read, for as long as it is. */
function streamWithoutEnd(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, " ");
  const write = (): void => {
    while (response.writable && response.write(chunk));
  };
  response.writeHead(200, { "content-type": "application/json" }).on("drain", write);
  write();
}

function shakeHands(socket: Socket, pem: string | undefined): void {
  socket.on("error", () => undefined);
  if (pem === undefined) {
    socket.destroy();
    return;
  }
  const secure = new TLSSocket(socket, {
    isServer: true,
    secureContext: createSecureContext({ cert: pem, key: pem }),
  });
  secure.on("error", () => undefined);
  secure.once("end", () => secure.end());
}
