import { createHash } from "node:crypto";
import { type Socket, connect } from "node:net";
import { type ConnectionOptions, connect as startTls } from "node:tls";
import { ProxyfleetError } from "../../values/errors.ts";
import { present } from "../../values/present.ts";

/** No TLS handshake through an address: refused, timed out, or not TLS. */
export class HandshakeError extends ProxyfleetError {}

export interface HandshakeTarget {
  readonly host: string;
  readonly port: number;
  /** The name to ask for (SNI); none for an address, as the app does on chat. */
  readonly servername?: string;
  /** Whether a PROXY header goes ahead, as the load balancer in between would send it. */
  readonly proxyHeader?: boolean;
}

/**
 * PROXY protocol version 2, command LOCAL: the connection is the sender's own, for a health check
 * (proxy-protocol.txt §2.2).
 */
const localHeader = Buffer.from("0d0a0d0a000d0a515549540a20000000", "hex");

/**
 * Shakes hands as a phone would and hangs up.
 * @param timeoutMs limit for connection and handshake together
 * @returns SHA-256 of the certificate (its DER bytes), in lower-case hex. Nothing is validated: the
 * certificate is self-signed on purpose
 * @throws HandshakeError
 */
export async function certificateBehind(
  target: HandshakeTarget,
  timeoutMs: number,
): Promise<string> {
  const { host, port, servername, proxyHeader = false } = target;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (why: string, cause?: Error) => {
      socket.destroy();
      reject(new HandshakeError(`TLS handshake with port ${port} ${why}`, { cause }));
    };
    const deadline = setTimeout(() => fail(`had no answer in ${timeoutMs / 1000} s`), timeoutMs);
    socket.once("close", () => clearTimeout(deadline));
    socket.once("error", (error) => fail("failed", error));
    socket.once("connect", () => {
      if (proxyHeader) socket.write(localHeader);
      shakeHands(socket, present({ servername }), { done: resolve, fail });
    });
  });
}

interface HandshakeEnd {
  readonly done: (sha256: string) => void;
  readonly fail: (why: string, cause?: Error) => void;
}

function shakeHands(
  socket: Socket,
  options: Pick<ConnectionOptions, "servername">,
  { done, fail }: HandshakeEnd,
): void {
  const secure = startTls({ socket, rejectUnauthorized: false, ...options });
  secure.once("error", (error) => fail("failed", error));
  secure.once("secureConnect", () => {
    const { raw } = secure.getPeerCertificate();
    done(createHash("sha256").update(raw).digest("hex"));
    secure.destroy();
    socket.destroy();
  });
}
