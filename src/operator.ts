import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import { addressController } from "./address/controller.ts";
import { type Caches, watchCaches } from "./cluster/caches.ts";
import type { Environment } from "./cluster/environment.ts";
import { fleetController } from "./fleet/controller.ts";
import { podController } from "./pods/poller.ts";
import { tellPods } from "./pods/metrics.ts";
import { PodReports } from "./pods/reports.ts";
import { tellTroubles } from "./fleet/metrics.ts";
import { tellFleets } from "./address/metrics.ts";
import { poolController } from "./pool/controller.ts";
import { serviceController } from "./orphans/controller.ts";
import type { OperatorConfig } from "./config.ts";
import { fieldManagers } from "./api/names.ts";
import { userAgent } from "./version.ts";
import { instant } from "./values/time.ts";
import { explainError } from "./values/errors.ts";
import { ApiClient } from "./kubernetes/client.ts";
import { Connection } from "./kubernetes/connection.ts";
import { EventRecorder } from "./kubernetes/events.ts";
import { LeaderElection } from "./kubernetes/lease.ts";
import { defaultLeaseTimes } from "./kubernetes/lease-state.ts";
import { rateLimit } from "./kubernetes/rate-limit.ts";
import { sleep, timer } from "./runtime/clock.ts";
import { serveHealth } from "./runtime/health.ts";
import { endInTime, whileLeading } from "./runtime/leadership.ts";
import { Manager } from "./runtime/manager.ts";
import { Metrics } from "./runtime/metrics.ts";
import { WorkQueue } from "./runtime/queue.ts";
import { cryptoRandom } from "./runtime/random.ts";
import { directReader, proxiedReader } from "./pods/status.ts";

/**
 * After a stop was asked for, reconciles under way have this long (ms): half of the pod's grace
 * period.
 */
const graceMs = 10_000;

/** One try to renew the lease has this long (ms), so that there is time for another one. */
const leaseCallMs = 3_000;

/**
 * Runs the operator until `stop` fires. Inside a cluster it asks pods directly, outside through the
 * API server.
 * @throws LeadershipLostError when another operator may lead; the process should end then, and
 * start anew
 */
export async function runOperator(
  config: OperatorConfig,
  inCluster: boolean,
  log: Logger,
  stop: AbortSignal,
): Promise<void> {
  const halt = new AbortController();
  const connection = Connection.fromDefault(config.kubeconfig, { http2: config.http2 });
  const election = config.leaderElection ? seat(connection, config, log) : undefined;
  const metrics = new Metrics();
  const client = gatedClient(
    connection,
    halt.signal,
    config,
    metrics,
    () => election?.isLeading ?? true,
  );
  const manager = new Manager({ client, log, namespaces: config.watchNamespaces, metrics });
  const caches = watchCaches(manager);
  const environment = environmentOf(caches, client, config, inCluster, log);
  for (const make of [
    fleetController,
    addressController,
    poolController,
    serviceController,
    podController,
  ])
    manager.add({ ...make(environment), workers: config.workers });
  tellLeader(metrics, () => election?.isLeading ?? manager.isSynced);
  tellFleets(metrics, caches, () => election?.isLeading ?? true);
  tellTroubles(metrics, caches, environment.now);
  tellPods(metrics, caches, environment.podReports);
  const health = await serveHealth(config.healthPort, {
    problem: () => manager.problem,
    isReady: () => manager.isSynced,
    metrics: () => metrics.text(),
  });
  log.info(
    {
      server: connection.server,
      proxyImage: config.proxyImage,
      namespaces: config.watchNamespaces,
    },
    "operator started",
  );
  const filling = manager.fill(halt.signal);
  const work = async (signal: AbortSignal) => manager.work(signal);
  try {
    if (!(await manager.filled(stop))) return;
    if (election === undefined) await endInTime(work(stop), stop, graceMs, log);
    else await whileLeading(election, stop, () => halt.abort(), graceMs, log, work);
  } finally {
    halt.abort();
    health.close();
    await filling;
    await connection.close();
    log.info("operator stopped");
  }
}

/** The election's own calls pass no gate and no rate limit, and end early. */
function seat(connection: Connection, { namespace }: OperatorConfig, log: Logger): LeaderElection {
  const never = new AbortController().signal;
  return new LeaderElection({
    client: new ApiClient(connection, never, {
      userAgent,
      sleep,
      random: Math.random,
      deadlineMs: leaseCallMs,
      retries: 0,
    }),
    key: { namespace, name: "proxyfleet" },
    fieldManager: fieldManagers.lease,
    identity: `${hostname()}_${randomUUID()}`,
    times: defaultLeaseTimes,
    now: () => performance.now(),
    date: () => new Date(),
    sleep,
    random: Math.random,
    onFailure: (error) =>
      log.warn(
        { error: explainError(error) },
        "the lease could not be read or renewed, and will be tried again",
      ),
  });
}

function gatedClient(
  connection: Connection,
  halt: AbortSignal,
  { maxRequestsPerSecond: perSecond }: OperatorConfig,
  metrics: Metrics,
  mayWrite: () => boolean,
): ApiClient {
  const now = () => performance.now();
  const limit =
    perSecond === 0
      ? {}
      : { admit: rateLimit({ perSecond, burst: Math.max(1, perSecond) }, now, sleep) };
  return new ApiClient(connection, halt, {
    userAgent,
    sleep,
    random: Math.random,
    mayWrite,
    observe: metrics.answered,
    ...limit,
  });
}

/** The operator is busy while anything waits for a worker longer than this (ms). */
const busyFromMs = 1_000;

function environmentOf(
  caches: Caches,
  client: ApiClient,
  config: OperatorConfig,
  inCluster: boolean,
  log: Logger,
): Environment {
  const queues: WorkQueue[] = [];
  const makeQueue = () => {
    const queue = new WorkQueue({ now: () => performance.now(), random: Math.random, timer });
    queues.push(queue);
    return queue;
  };
  return {
    caches,
    client,
    events: new EventRecorder(client, log),
    podStatus: inCluster ? directReader() : proxiedReader(client),
    podReports: new PodReports(),
    now: () => instant(Date.now()),
    random: cryptoRandom,
    makeQueue,
    isBusy: () => queues.some(({ lagMs }) => lagMs > busyFromMs),
    log,
    settings: {
      proxyImage: config.proxyImage,
      operatorNamespace: config.namespace,
      monitoringNamespaces: config.monitoringNamespaces,
      namespaces: config.watchNamespaces,
    },
  };
}

function tellLeader(metrics: Metrics, isLeading: () => boolean): void {
  const help = "1 for the operator that leads, 0 for one that waits";
  metrics.gauge("leader_election_master_status", help, ["name"], () => [
    [{ name: "proxyfleet" }, isLeading() ? 1 : 0],
  ]);
}
