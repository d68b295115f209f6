import type { Logger } from "pino";
import { addressController } from "./controllers/address/controller.ts";
import { watchCaches } from "./controllers/caches.ts";
import type { Environment } from "./controllers/environment.ts";
import { fleetController } from "./controllers/fleet/controller.ts";
import { poolController } from "./controllers/pool/controller.ts";
import type { OperatorConfig } from "./config.ts";
import { instant } from "./domain/time.ts";
import { ApiClient } from "./kube/client.ts";
import { Connection } from "./kube/connection.ts";
import { EventRecorder } from "./kube/events.ts";
import { sleep, timer } from "./runtime/clock.ts";
import { serveHealth } from "./runtime/health.ts";
import { Manager } from "./runtime/manager.ts";
import { WorkQueue } from "./runtime/queue.ts";
import { cryptoRandom } from "./runtime/random.ts";
import { directReader, proxiedReader } from "./verification/pod-status.ts";

/** Runs the operator until `stop` fires. Inside a cluster it asks pods directly, outside through the API server. */
export async function runOperator(config: OperatorConfig, inCluster: boolean, log: Logger, stop: AbortSignal): Promise<void> {
  const connection = Connection.fromDefault(config.kubeconfig);
  const client = new ApiClient(connection, stop, { sleep, random: Math.random });
  const manager = new Manager(client, log);
  const environment: Environment = {
    caches: watchCaches(manager),
    client,
    events: new EventRecorder(client, log),
    podStatus: inCluster ? directReader() : proxiedReader(client),
    now: () => instant(Date.now()),
    random: cryptoRandom,
    makeQueue: () => new WorkQueue({ now: () => performance.now(), random: Math.random, timer }),
    log,
    settings: { proxyImage: config.proxyImage, operatorNamespace: config.namespace },
  };
  for (const make of [fleetController, addressController, poolController]) manager.add(make(environment));
  const health = await serveHealth(config.healthPort, () => manager.isSynced);
  log.info({ server: connection.server, proxyImage: config.proxyImage }, "operator started");
  try {
    await manager.run(stop);
  } finally {
    health.close();
    await connection.close();
    log.info("operator stopped");
  }
}
