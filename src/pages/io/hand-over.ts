import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { pinOf } from "../../ingestion/io/own-certificate.ts";
import { type Endpoint, endpointText } from "../../probe/endpoint.ts";
import { openTcp, openTls } from "../../probe/io/connect.ts";
import { isPinned } from "../../probe/io/pin.ts";
import type { ServingCertificate } from "../../runtime/serving-certificate.ts";
import type { ShareKey } from "../../share/tokens.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import { seconds } from "../../values/time.ts";

/** Presses could not be handed to the replica that leads. */
export class HandOverError extends ProxyfleetError {}

/** No page is there: what comes without a seal gets what every stranger gets. */
export const handOverPath = "/";

/**
 * What shows that a body comes from another replica: all have the key from which pages' paths
 * follow, and nobody else has. The key itself is never sent, so it may go over plain HTTP; whoever
 * sends the same body once more presses a button as often as anyone may who has the page.
 */
export function sealOf(body: string, key: ShareKey): string {
  const own = Buffer.from(hkdfSync("sha256", key, "", "share pages: presses", 32));
  return createHmac("sha256", own).update(body).digest("hex");
}

/** Whether a request may be from a replica, before its body is read. */
export function looksSealed({ method, url, headers }: IncomingMessage): boolean {
  return method === "POST" && url === handOverPath && readSeal(headers.authorization) !== undefined;
}

/** Whether a body came from a replica. */
export function isSealed(body: string, authorization: string | undefined, key: ShareKey): boolean {
  const seal = readSeal(authorization);
  return seal !== undefined && timingSafeEqual(seal, Buffer.from(sealOf(body, key), "hex"));
}

function readSeal(authorization = ""): Buffer | undefined {
  const hex = /^Seal ([0-9a-f]{64})$/.exec(authorization)?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, "hex");
}

export interface HandOver {
  readonly leader: Endpoint;
  readonly key: ShareKey;
  /** What all replicas serve pages with; undefined where they serve them over plain HTTP. */
  readonly certificate: ServingCertificate | undefined;
  readonly stop: AbortSignal;
}

const limits = { connect: seconds(5), answer: seconds(10) } as const;

/**
 * Hands a body to the replica that leads. @throws HandOverError where it does not take it
 */
export async function handOver(body: string, { leader, key, ...over }: HandOver): Promise<void> {
  try {
    const socket = await connectTo(leader, over);
    try {
      const signal = AbortSignal.any([over.stop, AbortSignal.timeout(limits.answer)]);
      const seal = sealOf(body, key);
      const response = await post(body, { socket, seal, host: endpointText(leader), signal });
      response.resume();
      if (response.statusCode !== 200)
        throw new HandOverError(`it answered ${response.statusCode}`);
    } finally {
      socket.destroy();
    }
  } catch (cause) {
    throw new HandOverError("the replica that leads did not take what people reported", { cause });
  }
}

async function connectTo(
  leader: Endpoint,
  { certificate, stop }: Pick<HandOver, "certificate" | "stop">,
): Promise<Socket> {
  const limit = { ms: limits.connect, stop };
  const socket = await openTcp(leader, limit);
  if (certificate === undefined) return socket;
  const secure = await openTls(socket, {}, limit);
  if (isPinned(secure, pinOf(certificate))) return secure;
  secure.destroy();
  throw new HandOverError("somebody else answered");
}

interface Posting {
  readonly socket: Socket;
  readonly seal: string;
  readonly host: string;
  readonly signal: AbortSignal;
}

async function post(
  body: string,
  { socket, seal, host, signal }: Posting,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      host,
      authorization: `Seal ${seal}`,
      connection: "close",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    request({ createConnection: () => socket, method: "POST", path: handOverPath, headers, signal })
      .once("response", resolve)
      .once("error", reject)
      .end(body);
  });
}
