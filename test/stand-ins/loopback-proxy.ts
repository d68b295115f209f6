import { once } from "node:events";
import {
  connect,
  createServer,
  isIPv4,
  type AddressInfo,
  type Server,
  type Socket,
} from "node:net";
import { pipeline } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { makeCertificate } from "./whatsapp/certificate.ts";
import type { Peer } from "./whatsapp/proxy-header.ts";

/** Ports on loopback that the proxy sends to. */
export interface Upstream {
  readonly chatPort: number;
  readonly mediaPort: number;
}

/** A proxy as small as can be, for tests on loopback: TLS ends on chat, media passes through. */
export interface LoopbackProxy {
  readonly chatPort: number;
  readonly mediaPort: number;
  readonly certificateSHA256: string;
  /** Cuts every connection that goes through, and listens no more. */
  close(): void;
}

/**
 * Starts a proxy on loopback, with the given bytes sent first on each chat and media connection.
 */
export async function startLoopbackProxy(
  upstream: Upstream,
  headers: { chat: Buffer; media: Buffer },
): Promise<LoopbackProxy> {
  const own = await makeCertificate(new Date());
  const open = new Set<Socket>();
  let closed = false;
  const pass = (socket: Socket, port: number, header: Buffer): void => {
    if (closed) return void socket.destroy();
    open.add(socket);
    const onward = connect(port, "127.0.0.1");
    if (header.length > 0) onward.write(header);
    pipeline(socket, onward, socket, () => open.delete(socket));
  };
  const chat = createTlsServer({ cert: own.certificate, key: own.key }, (socket) =>
    pass(socket, upstream.chatPort, headers.chat),
  );
  const media = createServer((socket) => pass(socket, upstream.mediaPort, headers.media));
  const [chatPort, mediaPort] = await Promise.all([listen(chat), listen(media)]);
  const close = (): void => {
    closed = true;
    chat.close();
    media.close();
    for (const socket of open) socket.destroy();
  };
  return { chatPort, mediaPort, certificateSHA256: own.sha256, close };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A PROXY header of version 1 for two IPv4 or IPv6 peers. */
export function headerVersion1(source: Peer, destination: Peer): Buffer {
  const family = isIPv4(source.address) ? "TCP4" : "TCP6";
  return Buffer.from(
    `PROXY ${family} ${source.address} ${destination.address} ${String(source.port)} ${String(destination.port)}\r\n`,
  );
}

/**
 * A PROXY header of version 2. IPv6 addresses are given as eight groups, written out in full.
 * `extra` are bytes of TLVs.
 */
export function headerVersion2(source: Peer, destination: Peer, extra = Buffer.alloc(0)): Buffer {
  const addresses = Buffer.concat([
    addressBytes(source),
    addressBytes(destination),
    portBytes(source),
    portBytes(destination),
    extra,
  ]);
  const head = Buffer.from([
    0x21,
    isIPv4(source.address) ? 0x11 : 0x21,
    addresses.length >> 8,
    addresses.length & 0xff,
  ]);
  return Buffer.concat([Buffer.from("\r\n\r\n\0\r\nQUIT\n"), head, addresses]);
}

function addressBytes({ address }: Peer): Buffer {
  return isIPv4(address)
    ? Buffer.from(address.split(".").map(Number))
    : Buffer.from(address.replaceAll(":", ""), "hex");
}

function portBytes({ port }: Peer): Buffer {
  return Buffer.from([port >> 8, port & 0xff]);
}
