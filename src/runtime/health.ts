import { createServer, type Server } from "node:http";

/**
 * Answers /livez (an answer proves that the event loop turns) and /readyz (whether `isReady` holds) on all interfaces.
 * Resolves when the port is bound; rejects when it can't be.
 */
export async function serveHealth(port: number, isReady: () => boolean): Promise<Server> {
  const server = createServer((request, response) => {
    const status = request.url === "/livez" || (request.url === "/readyz" && isReady()) ? 200 : request.url === "/readyz" ? 503 : 404;
    response.writeHead(status, { "content-type": "text/plain" }).end(status === 200 ? "ok\n" : "no\n");
  });
  server.requestTimeout = 5_000;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, resolve));
  return server;
}
