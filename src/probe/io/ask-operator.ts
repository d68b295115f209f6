import { type IncomingMessage, request } from "node:http";
import type { TLSSocket } from "node:tls";
import { boundedText } from "../../values/bounded-text.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import { seconds } from "../../values/time.ts";
import { type Endpoint, bracketed, endpointText } from "../endpoint.ts";
import type { Trust } from "../line.ts";
import { largestBody, protocolPath } from "../protocol.ts";
import { StepError, UntriedError, openTcp, openTls } from "./connect.ts";
import { isPinned } from "./pin.ts";

/** How the operator answered at one of its addresses. */
export type Reply =
  | { readonly kind: "Answered"; readonly text: string }
  /** It does not know the token: the line was revoked. */
  | { readonly kind: "Refused" }
  /** It is there and asks for patience. */
  | { readonly kind: "Busy" }
  /** Someone else answered, or one whose certificate is not the operator's. The token was not sent. */
  | { readonly kind: "Stranger" }
  | { readonly kind: "Unreached" };

/** What is asked with: the token, and how the operator is known. */
export interface Access {
  readonly token: string;
  readonly trust: Trust;
  readonly stop: AbortSignal;
  /** Authorities that are believed besides those of Node, as PEM: for tests. */
  readonly authorities?: string;
}

const limits = { tcp: seconds(10), tls: seconds(20), answer: seconds(60) } as const;

/** What went wrong with a request that was under way. */
class ExchangeError extends ProxyfleetError {}

/**
 * Makes one request to the operator at one address, over a connection of its own. Nothing of the
 * token leaves before the operator has shown its certificate.
 * @param body sent as POST; a GET where undefined
 */
export async function askOperator(
  at: Endpoint,
  access: Access,
  body: string | undefined,
): Promise<Reply> {
  try {
    const secure = await openSecure(at, access);
    try {
      return isOperator(secure, access.trust)
        ? await exchange(secure, { ...access, at }, body)
        : { kind: "Stranger" };
    } finally {
      secure.destroy();
    }
  } catch (error) {
    return unreached(error);
  }
}

function unreached(error: unknown): Reply {
  if (error instanceof StepError && error.failure.kind === "WrongCertificate")
    return { kind: "Stranger" };
  if (error instanceof StepError || error instanceof UntriedError || error instanceof ExchangeError)
    return { kind: "Unreached" };
  throw error;
}

async function openSecure(at: Endpoint, { stop, authorities }: Access): Promise<TLSSocket> {
  const socket = await openTcp(at, { ms: limits.tcp, stop });
  const { host } = at;
  const handshake = {
    host,
    serverName: host,
    ...(authorities === undefined ? {} : { authorities }),
  };
  return openTls(socket, handshake, { ms: limits.tls, stop });
}

function isOperator(secure: TLSSocket, trust: Trust): boolean {
  return trust.kind === "Key" ? isPinned(secure, trust.sha256) : secure.authorized;
}

async function exchange(
  secure: TLSSocket,
  { token, stop, at }: Access & { readonly at: Endpoint },
  body: string | undefined,
): Promise<Reply> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(limits.answer)]);
  try {
    const response = await respond(secure, { token, signal, at }, body);
    const { statusCode = 0 } = response;
    if (statusCode !== 200) return replyTo(statusCode);
    return { kind: "Answered", text: await boundedText(response, largestBody.answer) };
  } catch (cause) {
    throw new ExchangeError("the operator's answer did not come", { cause });
  }
}

/** A stranger's page and a refusal look the same, so that nobody else learns what is there. */
function replyTo(status: number): Reply {
  if ([401, 403, 404].includes(status)) return { kind: "Refused" };
  return { kind: "Busy" };
}

async function respond(
  secure: TLSSocket,
  {
    token,
    signal,
    at,
  }: Pick<Access, "token"> & { readonly signal: AbortSignal; readonly at: Endpoint },
  body: string | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      // An Ingress in between chooses by it.
      host: at.port === 443 ? bracketed(at.host) : endpointText(at),
      authorization: `Bearer ${token}`,
      connection: "close",
      ...(body === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    };
    request({
      createConnection: () => secure,
      method: body === undefined ? "GET" : "POST",
      path: protocolPath,
      headers,
      signal,
    })
      .once("response", resolve)
      .once("error", reject)
      .end(body);
  });
}
