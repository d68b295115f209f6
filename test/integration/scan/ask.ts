import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";

/** What a server said, how it ended, and after how long. */
export interface Answer {
  readonly bytes: Buffer;
  readonly end: "FIN" | "RST" | "open";
  /** From the last byte sent, in whole seconds. */
  readonly seconds: number;
}

/** How long an answer is waited for, and where a server's patience is what is asked about, in seconds. */
export const patience = { quick: 6, slow: 23 } as const;

/** Sends pieces on a plain connection, and takes what comes until the end, or until so long. */
export async function ask(
  port: number,
  pieces: readonly (string | Buffer)[],
  seconds: number = patience.quick,
): Promise<Answer> {
  const socket = connect(port, "127.0.0.1");
  return exchange(socket, pieces, seconds);
}

/** The same inside TLS, after the handshake. */
export async function askInside(
  port: number,
  pieces: readonly (string | Buffer)[],
  seconds: number = patience.quick,
): Promise<Answer> {
  return exchange(await handshake(port), pieces, seconds);
}

/**
 * A whole handshake.
 * @throws Error if it fails
 */
export async function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options });
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve).once("error", reject);
    socket.once("close", () => reject(new Error("closed during the handshake")));
    socket.setTimeout(patience.slow * 1_000, () => socket.destroy());
  });
  return socket;
}

async function exchange(
  socket: Socket,
  pieces: readonly (string | Buffer)[],
  seconds: number,
): Promise<Answer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<Answer["end"]>((resolve) => {
    socket.once("end", () => resolve("FIN")).once("error", () => resolve("RST"));
    socket.once("close", () => resolve("RST"));
  });
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await pause(100);
    socket.write(piece);
  }
  const began = performance.now();
  const waiting = new AbortController();
  const late = pause(seconds * 1_000, "open" as const, { signal: waiting.signal }).catch(
    () => "open" as const,
  );
  const end = await Promise.race([ended, late]);
  waiting.abort();
  socket.destroy();
  return {
    bytes: Buffer.concat(chunks),
    end,
    seconds: Math.round((performance.now() - began) / 1_000),
  };
}
