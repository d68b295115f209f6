import { once } from "node:events";
import { type Server, type ServerResponse, createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface Health {
  /** What is wrong for good, so that only a restart helps; undefined while all is well. */
  readonly problem: () => string | undefined;
  readonly isReady: () => boolean;
  /** All metrics in Prometheus' text format, in pieces. */
  readonly metrics: () => AsyncIterable<string>;
}

/** Prometheus' text exposition format, version 0.0.4. */
const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Answers /livez, /readyz and /metrics on all interfaces. That /livez answers at all shows that the
 * event loop turns: a probe with a time limit finds one that is stuck. Resolves when the port is
 * bound; rejects when it can't be.
 */
export async function serveHealth(port: number, health: Health): Promise<Server> {
  const server = createServer((request, response) => {
    switch (request.url) {
      case "/livez": {
        const problem = health.problem();
        return answer(response, problem === undefined ? 200 : 503, problem ?? "ok");
      }
      case "/readyz":
        return health.isReady()
          ? answer(response, 200, "ok")
          : answer(response, 503, "caches are not filled yet");
      case "/metrics":
        return void answerInPieces(response, health.metrics());
      default:
        return answer(response, 404, "there are /livez, /readyz and /metrics");
    }
  });
  server.requestTimeout = 5_000;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, resolve));
  return server;
}

/** What fails midway is cut off, so that no half of it passes for the whole. */
async function answerInPieces(
  response: ServerResponse,
  pieces: AsyncIterable<string>,
): Promise<void> {
  const body = Readable.from(pieces);
  try {
    await once(body, "readable");
    response.writeHead(200, { "content-type": metricsType });
    await pipeline(body, response);
  } catch {
    if (response.headersSent) response.destroy();
    else answer(response, 500, "metrics could not be read");
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { "content-type": "text/plain" })
    .end(text.endsWith("\n") ? text : `${text}\n`);
}
