import type { TLSSocket } from "node:tls";
import type { buildConnector } from "undici";
import { ApiUnreachableError } from "./errors.ts";

/**
 * Lets TLS connections notice their own death: over HTTP/2 a ping goes out each
 * `pingEveryMs`, so a connection on which not even an answer to pings came in for two such times is
 * half-open, and is closed. Without this, calls fail on a dead connection one after the other: a
 * deadline ends only its own stream, and TCP itself gives up after about 15 minutes (Linux,
 * tcp_retries2).
 */
export function watchfulConnector(
  connect: buildConnector.connector,
  pingEveryMs: number,
): buildConnector.connector {
  return (target, callback) =>
    connect(target, (...result) => {
      const [error, socket] = result;
      if (error === null && "alpnProtocol" in socket && socket.alpnProtocol === "h2")
        endWhenDead(socket, pingEveryMs);
      callback(...result);
    });
}

function endWhenDead(socket: TLSSocket, pingEveryMs: number): void {
  let heard = socket.bytesRead;
  let silentTimes = 0;
  const check = setInterval(() => {
    silentTimes = socket.bytesRead === heard ? silentTimes + 1 : 0;
    heard = socket.bytesRead;
    if (silentTimes >= 2)
      socket.destroy(
        new ApiUnreachableError(
          "the connection is half-open: nothing came in, not even answers to pings",
        ),
      );
  }, pingEveryMs).unref();
  socket.once("close", () => clearInterval(check));
}
