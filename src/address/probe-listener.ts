import { explainError } from "../values/errors.ts";
import type { ListenerName } from "../api/names.ts";
import { keepsConnections } from "./open-port.ts";
import { certificateBehind, type HandshakeTarget } from "./handshake.ts";

/** One try at a port may take this long (ms). */
const timeoutMs = 5_000;

/**
 * A connection without TLS must stay open for so long (ms): a proxy that reaches no server ends it
 * sooner.
 */
const keptMs = 500;

/** Where to knock. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /**
   * Its load balancer speaks the PROXY protocol: where the cluster leads past it, the operator has
   * to send the header itself.
   */
  readonly hasHeader: boolean;
}

/** What a listener is tried with. */
export interface Expected {
  /** SHA-256 of the certificate that chat must show. */
  readonly certificate: string;
  /** The upstream of media as `host:port`, whose name is asked for. */
  readonly mediaServer: string | undefined;
}

/** What is wrong with a listener at one of these places, if anything. */
export async function problemWith(
  listener: ListenerName,
  places: readonly Place[],
  expected: Expected,
): Promise<string | undefined> {
  switch (listener) {
    case "chat":
      return chatProblem(places, expected.certificate);
    case "media":
      return mediaProblem(places, expected.mediaServer);
    case "plainChat":
      return plainChatProblem(places);
  }
}

/** Each place must show this very certificate. */
async function chatProblem(
  places: readonly Place[],
  certificate: string,
): Promise<string | undefined> {
  return firstProblem(places, async (place) => {
    const shown = await shownAt(place, {});
    return shown === certificate
      ? undefined
      : `port ${place.port} shows another certificate than its lane's`;
  });
}

/**
 * Media passes TLS through, so that a finished handshake is the upstream's own. Which certificate
 * it has is not ours to say.
 */
async function mediaProblem(places: readonly Place[], server = ""): Promise<string | undefined> {
  const host = server.slice(0, server.lastIndexOf(":"));
  const isName = !/^[\d.]*$|:/.test(host);
  return firstProblem(places, async (place) => {
    await shownAt(place, isName ? { servername: host } : {});
    return undefined;
  });
}

/**
 * Plain chat shows no certificate: that the port is the address's own was seen on chat. It must be
 * open, and lead somewhere.
 */
async function plainChatProblem(places: readonly Place[]): Promise<string | undefined> {
  return firstProblem(places, async ({ host, port }) => {
    await keepsConnections({ host, port }, keptMs, timeoutMs);
    return undefined;
  });
}

async function shownAt(
  { host, port, hasHeader }: Place,
  name: Pick<HandshakeTarget, "servername">,
): Promise<string> {
  if (!hasHeader) return certificateBehind({ host, port, ...name }, timeoutMs);
  const tries = [false, true].map(async (proxyHeader) =>
    certificateBehind({ host, port, proxyHeader, ...name }, timeoutMs),
  );
  try {
    return await Promise.any(tries);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

async function firstProblem(
  all: readonly Place[],
  attempt: (place: Place) => Promise<string | undefined>,
): Promise<string | undefined> {
  const problems = await Promise.all(
    all.map(async (place) => {
      try {
        return await attempt(place);
      } catch (error) {
        return explainError(error);
      }
    }),
  );
  return problems.find((problem) => problem !== undefined);
}
