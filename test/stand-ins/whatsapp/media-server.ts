import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { OwnCertificate } from "./certificate.ts";
import { countFault, type Counters } from "./counters.ts";
import { readProxyHeader } from "./proxy-header.ts";

/**
 * The media server: TLS with WhatsApp's own certificate. Who asks for a web page is sent to another
 * one, as by the real servers; of everyone else, every byte comes back. A PROXY header before the
 * handshake is a fault: the real media servers don't know it, and answer it with an error.
 */
export function serveMedia(own: OwnCertificate, counters: Counters): Server {
  const web = createHttpServer((_, response) => {
    response.writeHead(302, { location: "https://www.whatsapp.com/", "x-more": "m".repeat(400) });
    response.end();
  });
  const tls = createTlsServer({ cert: own.certificate, key: own.key }, (socket) => {
    counters.answered += 1;
    socket.once("data", (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      if (first.toString("latin1", 0, 4) === "GET ") {
        web.emit("connection", socket);
        socket.resume();
      } else pipeline(socket, socket).catch(() => socket.destroy());
    });
    socket.on("error", () => socket.destroy());
  });
  tls.on("tlsClientError", () => (counters.broken += 1));
  return createServer((socket) => accept(socket, tls, counters));
}

/** Looks at the first bytes, then hands the connection to TLS as if nobody had looked. */
function accept(socket: Socket, tls: TlsServer, counters: Counters): void {
  counters.connections += 1;
  let silent = true;
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    if (silent) counters.silent += 1;
  });
  socket.once("data", (first: Buffer) => {
    silent = false;
    socket.pause();
    if (readProxyHeader(first).kind === "none") {
      counters.headers.none += 1;
      socket.unshift(first);
      tls.emit("connection", socket);
    } else {
      countFault(counters, "PROXY header on media");
      socket.resetAndDestroy();
    }
  });
}
