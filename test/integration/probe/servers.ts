import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { type TLSSocket, createServer as createTlsServer } from "node:tls";
import { makeCertificate, type OwnCertificate } from "../../stand-ins/whatsapp/certificate.ts";

/** A server on loopback, and its end. */
export interface Running {
  readonly port: number;
  readonly close: () => void;
}

/** Listens on loopback; `close` cuts all connections. */
export async function running(server: Server): Promise<Running> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => open.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** A port on loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  const { port, close } = await running(createServer());
  close();
  return port;
}

/** Does what it likes with each connection. */
export async function tcpServer(behave: (socket: Socket) => void): Promise<Running> {
  return running(createServer(behave));
}

/** Shakes hands for whatsapp.net, then does what it likes. */
export async function tlsServer(
  behave: (socket: TLSSocket) => void,
  certificate?: OwnCertificate,
): Promise<Running & { readonly certificate: OwnCertificate }> {
  const own = certificate ?? (await makeCertificate(new Date()));
  const server = createTlsServer({ cert: own.certificate, key: own.key }, (socket) => {
    socket.on("error", () => socket.destroy());
    behave(socket);
  });
  return { ...(await running(server)), certificate: own };
}

/**
 * A censor before a server: lets so many bytes come down on each connection, and then resets it, or
 * lets nothing more through.
 */
export async function censored(
  port: number,
  { bytes, effect }: { readonly bytes: number; readonly effect: "reset" | "freeze" },
): Promise<Running> {
  return tcpServer((socket) => {
    const onward = connect(port, "127.0.0.1").on("error", () => socket.destroy());
    let left = bytes;
    socket.pipe(onward);
    socket.on("close", () => onward.destroy());
    onward.on("data", (chunk: Buffer) => {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      socket.write(passed);
      if (left > 0) return;
      if (effect === "reset") socket.resetAndDestroy();
      else onward.pause();
    });
  });
}

/** Stands before a server, and resets each connection on which that hangs up. */
export async function resetting(port: number): Promise<Running> {
  return tcpServer((socket) => {
    const onward = connect(port, "127.0.0.1").on("error", () => socket.destroy());
    socket.pipe(onward).pipe(socket, { end: false });
    socket.on("close", () => onward.destroy());
    onward.on("end", () => socket.resetAndDestroy());
  });
}
