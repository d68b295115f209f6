import { pino } from "pino";
import { watchCaches } from "../../../src/cluster/caches.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { Manager } from "../../../src/runtime/manager.ts";
import { instant, millis } from "../../../src/values/time.ts";
import { operateDashboard } from "../../../src/web/io/operate.ts";
import { TokenAccess } from "../../../src/web/io/token-access.ts";
import { buildDashboardPage } from "../../../tooling/dashboard-page.ts";

/** A dashboard that can be asked. */
export interface ServedDashboard {
  readonly origin: string;
  readonly logged: readonly string[];
  readonly stop: () => Promise<void>;
}

/**
 * The dashboard of an operator that does not lead, so that it may write nothing, at a real API
 * server. Answers of that are believed for shorter than usual.
 */
export async function serveAt(kubeconfig: string): Promise<ServedDashboard> {
  const logged: string[] = [];
  const log = pino({ level: "debug" }, { write: (line) => void logged.push(line) });
  const stop = new AbortController();
  const connection = Connection.fromDefault(kubeconfig, { http2: true });
  const client = new ApiClient(connection, stop.signal, {
    sleep,
    random: Math.random,
    mayWrite: () => false,
  });
  const manager = new Manager({ client, log, workers: 1 });
  const caches = watchCaches(manager);
  const filling = manager.fill(stop.signal);
  await manager.filled(stop.signal);
  const { files } = await buildDashboardPage();
  const served = Promise.withResolvers<number>();
  const clock = () => performance.now();
  const lasts = { token: millis(300), rights: millis(300) };
  const serving = operateDashboard(
    {
      settings: { port: 0, host: "127.0.0.1", certificateSecret: undefined },
      files,
      caches,
      client,
      namespace: "proxyfleet-system",
      accessTo: (live) =>
        new TokenAccess({
          client,
          namespaces: () => live.namespaces(),
          clock,
          lasts,
          failed: (error) => log.warn({ error: String(error) }, "not asked"),
        }),
      sessions: () => [],
      isCurrent: () => true,
      now: () => instant(Date.now()),
      streams: { inAll: 1024, perViewer: 256, askAgainMs: millis(500) },
      served: served.resolve,
      log,
    },
    stop.signal,
  );
  const port = await served.promise;
  return {
    origin: `http://127.0.0.1:${port}`,
    logged,
    stop: async () => {
      stop.abort();
      await Promise.all([filling, serving]);
      await connection.close();
    },
  };
}
