import { createHash } from "node:crypto";
import { connect } from "node:tls";
import { ProxyfleetError } from "../errors.ts";

/** No TLS handshake through an address: refused, timed out, or not TLS. */
export class HandshakeError extends ProxyfleetError {}

export interface HandshakeTarget {
  readonly host: string;
  readonly port: number;
  /** The name to ask for (SNI); none for an address, as the app does on chat. */
  readonly servername?: string;
}

/**
 * Shakes hands as a phone would and hangs up.
 * @param timeoutMs limit for connection and handshake together
 * @returns SHA-256 of the certificate (its DER bytes), in lower-case hex. Nothing is validated: the certificate is self-signed on purpose
 * @throws HandshakeError
 */
export async function certificateBehind(target: HandshakeTarget, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const { host, port, servername } = target;
    const socket = connect({ host, port, rejectUnauthorized: false, ...(servername === undefined ? {} : { servername }) });
    const fail = (why: string, cause?: Error) => {
      socket.destroy();
      reject(new HandshakeError(`TLS handshake with port ${port} ${why}`, { cause }));
    };
    const deadline = setTimeout(() => fail(`had no answer in ${timeoutMs / 1000} s`), timeoutMs);
    socket.once("close", () => clearTimeout(deadline));
    socket.once("error", (error) => fail("failed", error));
    socket.once("secureConnect", () => {
      const { raw } = socket.getPeerCertificate();
      resolve(createHash("sha256").update(raw).digest("hex"));
      socket.destroy();
    });
  });
}
