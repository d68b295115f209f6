import type { ListenerName } from "../../api/names.ts";
import { explainError } from "../../values/errors.ts";
import type { Expected, ProbePoint } from "../probe.ts";
import { type HandshakeTarget, certificateBehind } from "./handshake.ts";
import { keepsConnections } from "./open-port.ts";

/** How a port is tried: over TCP, or over what a test has in its place. */
export interface Network {
  readonly certificateBehind: typeof certificateBehind;
  readonly keepsConnections: typeof keepsConnections;
}

/** The network as it is. */
export const tcp: Network = { certificateBehind, keepsConnections };

/** What a listener is held to, and over which network it is tried. */
export interface ListenerTest {
  readonly expected: Expected;
  readonly network: Network;
}

/** One try at a port may take this long (ms). */
const timeoutMs = 5_000;

/**
 * A connection without TLS must stay open for so long (ms): a proxy that reaches no server ends it
 * sooner.
 */
const keptMs = 500;

/** What is wrong with a listener at one of these points, if anything. */
export async function problemWith(
  listener: ListenerName,
  points: readonly ProbePoint[],
  { expected, network }: ListenerTest,
): Promise<string | undefined> {
  switch (listener) {
    case "chat":
      return chatProblem(points, expected, network);
    case "media":
      return mediaProblem(points, expected, network);
    case "plainChat":
      return plainChatProblem(points, network);
  }
}

/** Each point must show this very certificate. */
async function chatProblem(
  points: readonly ProbePoint[],
  { certificate }: Expected,
  network: Network,
): Promise<string | undefined> {
  return firstProblem(points, async (point) => {
    const shown = await shownAt(point, {}, network);
    if (shown === certificate) return undefined;
    return `port ${point.port} shows another certificate than its lane's`;
  });
}

/**
 * Media passes TLS through, so that a finished handshake is the upstream's own. Which certificate
 * it has is not ours to say. Where hellos that don't pass get the lane's own, it must not be that.
 */
async function mediaProblem(
  points: readonly ProbePoint[],
  { certificate, mediaServer: server = "", hidesMedia = false }: Expected,
  network: Network,
): Promise<string | undefined> {
  const host = server.slice(0, server.lastIndexOf(":"));
  const isName = !/^[\d.]*$|:/.test(host);
  return firstProblem(points, async (point) => {
    const shown = await shownAt(point, isName ? { servername: host } : {}, network);
    return hidesMedia && shown === certificate ? ownCertificate(point) : undefined;
  });
}

function ownCertificate({ port }: ProbePoint): string {
  return `port ${port} leads to no media server: hellos for its name get the lane's own certificate. See spec.listeners.media.serverNames`;
}

/**
 * Plain chat shows no certificate: that the port is the address's own was seen on chat. It must be
 * open, and wait for a first word.
 */
async function plainChatProblem(
  points: readonly ProbePoint[],
  network: Network,
): Promise<string | undefined> {
  return firstProblem(points, async ({ host, port }) => {
    await network.keepsConnections({ host, port }, keptMs, timeoutMs);
    return undefined;
  });
}

async function shownAt(
  { host, port, hasHeader }: ProbePoint,
  name: Pick<HandshakeTarget, "servername">,
  network: Network,
): Promise<string> {
  if (!hasHeader) return network.certificateBehind({ host, port, ...name }, timeoutMs);
  const tries = [false, true].map(async (proxyHeader) =>
    network.certificateBehind({ host, port, proxyHeader, ...name }, timeoutMs),
  );
  try {
    return await Promise.any(tries);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

async function firstProblem(
  points: readonly ProbePoint[],
  attempt: (point: ProbePoint) => Promise<string | undefined>,
): Promise<string | undefined> {
  const problems = await Promise.all(
    points.map(async (point) => {
      try {
        return await attempt(point);
      } catch (error) {
        return explainError(error);
      }
    }),
  );
  return problems.find((problem) => problem !== undefined);
}
