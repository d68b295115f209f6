import { explainError } from "../../errors.ts";
import { certificateBehind, type HandshakeTarget } from "../../verification/handshake.ts";

/** One try at a port may take this long (ms). */
const timeoutMs = 5_000;

/** The listeners that are tried; plainChat goes to the same servers as chat, without TLS. */
export type Listener = "chat" | "media";

/** Where to knock. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** Its load balancer speaks the PROXY protocol: where the cluster leads past it, the operator has to send the header itself. */
  readonly hasHeader: boolean;
}

/** What is wrong with the chat port at one of these places, if anything: each must show this very certificate. */
export async function chatProblem(places: readonly Place[], certificate: string): Promise<string | undefined> {
  return firstProblem(places, async (place) => {
    const shown = await shownAt(place, {});
    return shown === certificate ? undefined : `port ${place.port} shows another certificate than its lane's`;
  });
}

/**
 * What is wrong with the media port, if anything. It passes TLS through, so that a finished handshake is the upstream's own. Which
 * certificate it has is not ours to say.
 * @param server the upstream as `host:port`, whose name is asked for
 */
export async function mediaProblem(places: readonly Place[], server = ""): Promise<string | undefined> {
  const host = server.slice(0, server.lastIndexOf(":"));
  const isName = !/^[\d.]*$|:/.test(host);
  return firstProblem(places, async (place) => {
    await shownAt(place, isName ? { servername: host } : {});
    return undefined;
  });
}

async function shownAt({ host, port, hasHeader }: Place, name: Pick<HandshakeTarget, "servername">): Promise<string> {
  if (!hasHeader) return certificateBehind({ host, port, ...name }, timeoutMs);
  const tries = [false, true].map(async (proxyHeader) => certificateBehind({ host, port, proxyHeader, ...name }, timeoutMs));
  try {
    return await Promise.any(tries);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

async function firstProblem(all: readonly Place[], attempt: (place: Place) => Promise<string | undefined>): Promise<string | undefined> {
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
