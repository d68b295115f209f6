import type { ServerResponse } from "node:http";
import { largestBody } from "../../probe/protocol.ts";
import { boundedBody } from "../../runtime/bounded-body.ts";
import {
  type Exchange,
  type GuardedServer,
  type ServerLimits,
  serveGuarded,
} from "../../runtime/guarded-server.ts";
import type { ServingCertificate } from "../../runtime/serving-certificate.ts";
import { seconds } from "../../values/time.ts";
import { type HttpAnswer, strangersPage, unavailable } from "../answer.ts";
import { Desk, type DeskOptions } from "./desk.ts";

/**
 * A handshake costs about half a millisecond of this process. 64 KB take 32 s over a line of 2 KB a
 * second.
 */
export const ingestionLimits: ServerLimits = {
  connections: 128,
  connectionRate: { perSecond: 50, burst: 100 },
  handshakeMs: seconds(10),
  lifeMs: seconds(40),
};

export interface IngestionOptions extends DeskOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** All interfaces where absent. */
  readonly host?: string;
  readonly certificate: ServingCertificate;
  readonly limits?: ServerLimits;
  /** An error of ours while a request was answered: for the log. */
  readonly failed: (error: unknown) => void;
}

/** The endpoint, up and running. */
export interface Ingestion extends GuardedServer {
  /** What the endpoint remembers of agents, in entries. */
  readonly remembered: () => number;
}

/**
 * Serves agents over HTTPS on a port of its own. Resolves when the port is bound; rejects when it
 * can't be.
 */
export async function serveIngestion(options: IngestionOptions): Promise<Ingestion> {
  const { limits = ingestionLimits, failed } = options;
  const desk = new Desk(options);
  const server = await serveGuarded({
    ...options,
    limits,
    answer: (exchange) => void answerOn(desk, exchange, failed),
    answerToGarbage,
  });
  return { ...server, remembered: () => desk.remembered };
}

async function answerOn(
  desk: Desk,
  { request, response }: Exchange,
  failed: IngestionOptions["failed"],
): Promise<void> {
  const { method, url, headers } = request;
  try {
    const { authorization } = headers;
    const body = async () => boundedBody(request, largestBody.request);
    write(response, await desk.answer({ method, url, authorization, body }));
  } catch (error) {
    // One whose client went away in the middle is nobody's fault.
    if (request.complete) failed(error);
    write(response, unavailable);
  }
}

/** One request a connection: what else comes on it is not read. */
function write(response: ServerResponse, { status, type, body }: HttpAnswer): void {
  response
    .writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(body),
      connection: "close",
    })
    .end(body);
}

/** What is no HTTP gets the page as well. */
const answerToGarbage = [
  "HTTP/1.1 404 Not Found",
  `content-type: ${strangersPage.type}`,
  `content-length: ${Buffer.byteLength(strangersPage.body)}`,
  "connection: close",
  "",
  strangersPage.body,
].join("\r\n");
