import { createServer, type Server } from "node:http";

export interface HealthChecks {
  /** Whether the process does its work; a false one is restarted by the kubelet. */
  readonly isLive: () => boolean;
  /** Whether the caches are filled. */
  readonly isReady: () => boolean;
}

/** Answers /livez and /readyz on all interfaces. Resolves when the port is bound; rejects when it can't be. */
export async function serveHealth(port: number, checks: HealthChecks): Promise<Server> {
  const server = createServer((request, response) => {
    const check = request.url === "/livez" ? checks.isLive : request.url === "/readyz" ? checks.isReady : undefined;
    const status = check === undefined ? 404 : check() ? 200 : 503;
    response.writeHead(status, { "content-type": "text/plain" }).end(status === 200 ? "ok\n" : "no\n");
  });
  server.requestTimeout = 5_000;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, resolve));
  return server;
}
