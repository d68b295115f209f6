import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import { registerAddressMetrics } from "./address/io/metrics.ts";
import { appliedMarks, eventReporter, fieldManagers } from "./api/names.ts";
import { type Caches, storeOf, watchCaches } from "./cluster/caches.ts";
import type { Settings } from "./cluster/settings.ts";
import type { OperatorConfig } from "./config.ts";
import { makeControllers, realWorld } from "./controllers.ts";
import { registerFleetMetrics } from "./fleet/io/metrics.ts";
import { registerReachabilityMetrics } from "./reachability/io/metrics.ts";
import { leaderIdentity, replicaEndpoint } from "./ingestion/leader-identity.ts";
import { Inbox } from "./ingestion/io/inbox.ts";
import { operateIngestion } from "./ingestion/io/operate.ts";
import { ApiClient } from "./kubernetes/client.ts";
import { Connection } from "./kubernetes/connection.ts";
import { EventRecorder } from "./kubernetes/events.ts";
import { LeaderElection } from "./kubernetes/lease.ts";
import { defaultLeaseTimes } from "./kubernetes/lease-state.ts";
import { rateLimit } from "./kubernetes/rate-limit.ts";
import { FeedReadings } from "./reachability/feeds/io/feed-readings.ts";
import { registerFeedMetrics } from "./reachability/feeds/io/metrics.ts";
import { boundFetch } from "./reachability/sources/io/bounded-fetch.ts";
import { registerPodMetrics } from "./pods/io/metrics.ts";
import { PodReports } from "./pods/io/reports.ts";
import { directReader, proxiedReader } from "./pods/io/status-reader.ts";
import { PlanApplier } from "./runtime/apply-plan.ts";
import { CheckedClock } from "./runtime/checked-clock.ts";
import { sleep } from "./runtime/clock.ts";
import { StatusFields } from "./runtime/status-fields.ts";
import { serveHealth } from "./runtime/health.ts";
import { endInTime, whileLeading } from "./runtime/leadership.ts";
import { Manager } from "./runtime/manager.ts";
import { Metrics } from "./runtime/metrics.ts";
import { cryptoRandom } from "./runtime/random.ts";
import { explainError } from "./values/errors.ts";
import { userAgent } from "./version.ts";

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
 * start again
 */
export async function runOperator(
  config: OperatorConfig,
  inCluster: boolean,
  { log, stop }: { readonly log: Logger; readonly stop: AbortSignal },
): Promise<void> {
  boundFetch();
  const halt = new AbortController();
  const connection = Connection.fromDefault(config.kubeconfig, { http2: config.http2 });
  const checkedClock = new CheckedClock({
    wall: Date.now,
    monotonic: () => performance.now(),
    log,
  });
  const heardTime = (ms: number) => checkedClock.heard(ms);
  const election = candidate(connection, config, { log, heardTime });
  const metrics = new Metrics();
  const isLeading = () => election?.isLeading ?? true;
  const mayWrite = () => isLeading() && !manager.isReadingAgain;
  const gate = { halt: halt.signal, metrics, mayWrite, heardTime };
  const client = gatedClient(connection, config, gate);
  const { namespaces, workers } = { namespaces: config.watchNamespaces, workers: config.workers };
  const manager = new Manager({ client, log, namespaces, metrics, workers });
  const caches = watchCaches(manager);
  election?.onWentBack(() => manager.relist());
  const inbox = config.ingestion === undefined ? undefined : new Inbox();
  const parts = { client, config, metrics, inCluster, isLeading, checkedClock, log };
  const wiring = { ...parts, caches, inbox };
  addControllers(manager, wiring);
  registerLeader(metrics, () => election?.isLeading ?? manager.isSynced);
  const health = await answerProbes(config, manager, metrics);
  const { server } = connection;
  log.info({ server, proxyImage: config.proxyImage, namespaces }, "operator started");
  const filling = manager.fill(halt.signal);
  let serving: Promise<void> | undefined;
  const work = async (signal: AbortSignal) => manager.work(signal);
  try {
    if (!(await manager.filled(stop))) return;
    serving = serveAgents(wiring, election, halt.signal);
    if (election === undefined) await endInTime(work(stop), { stop, graceMs, log });
    else await whileLeading(election, { stop, halt: () => halt.abort(), graceMs, log, work });
  } finally {
    halt.abort();
    health.close();
    await Promise.all([filling, serving]);
    await connection.close();
    log.info("operator stopped");
  }
}

interface Wiring {
  readonly caches: Caches;
  readonly client: ApiClient;
  readonly config: OperatorConfig;
  readonly metrics: Metrics;
  readonly inCluster: boolean;
  readonly isLeading: () => boolean;
  readonly inbox: Inbox | undefined;
  readonly checkedClock: CheckedClock;
  readonly log: Logger;
}

async function answerProbes({ healthPort }: OperatorConfig, manager: Manager, metrics: Metrics) {
  return serveHealth(healthPort, {
    problem: () => manager.problem,
    isReady: () => manager.isSynced,
    metrics: () => metrics.text(),
  });
}

/** Each replica takes what agents found, and those that don't lead hand it on. */
async function serveAgents(
  { caches, client, config, isLeading, inbox, checkedClock: { now }, log }: Wiring,
  election: LeaderElection | undefined,
  stop: AbortSignal,
): Promise<void> {
  const { ingestion: settings, namespace } = config;
  if (settings === undefined || inbox === undefined) return;
  const holder = () => election?.holder ?? "";
  const shared = { settings, caches, client, namespace, isLeading, holder };
  await operateIngestion({ ...shared, inbox, now, random: cryptoRandom, log }, stop);
}

function addControllers(manager: Manager, wiring: Wiring): void {
  const { caches, client, config, metrics, inCluster, isLeading, inbox, checkedClock, log } =
    wiring;
  const world = realWorld(inCluster ? directReader() : proxiedReader(client), checkedClock);
  const reports = new PodReports();
  const events = new EventRecorder({ client, log, ...eventReporter, now: () => new Date() });
  const applier = new PlanApplier({
    client,
    storeOf: (of) => storeOf(caches, of),
    events,
    marks: appliedMarks,
    statusFields: new StatusFields({
      client,
      clock: world.clock,
      onOutdated: ({ plural, group }) => log.warn({ crd: `${plural}.${group}` }, outdatedText),
    }),
    clock: world.clock,
  });
  const { deployments, secrets, services, disruptionBudgets, networkPolicies } = caches;
  for (const store of [deployments, secrets, services, disruptionBudgets, networkPolicies])
    applier.follow(store);
  const settings = settingsOf(config);
  const feeds = new FeedReadings();
  const parts = { caches, client, applier, reports, feeds, settings, inbox, world, log };
  const controllers = makeControllers(parts);
  for (const controller of controllers) manager.add(controller);
  registerAddressMetrics(metrics, caches, isLeading);
  registerFleetMetrics(metrics, caches, world.now);
  registerReachabilityMetrics(metrics, caches);
  registerPodMetrics(metrics, caches, reports);
  registerFeedMetrics(metrics, feeds);
  registerClock(metrics, checkedClock);
}

const outdatedText =
  "this CustomResourceDefinition is older than the operator, so a status says less than it could. Install the CRDs of this version: with helm upgrade, or kubectl apply of dist/install.yaml";

/** The election's own calls pass no gate and no rate limit, and end early. */
function candidate(
  connection: Connection,
  { namespace, ingestion, leaderElection }: OperatorConfig,
  { log, heardTime }: { readonly log: Logger; readonly heardTime: (ms: number) => void },
): LeaderElection | undefined {
  if (!leaderElection) return undefined;
  const never = new AbortController().signal;
  return new LeaderElection({
    client: new ApiClient(connection, never, {
      userAgent,
      sleep,
      random: Math.random,
      deadlineMs: leaseCallMs,
      retries: 0,
      heardTime,
    }),
    key: { namespace, name: "proxyfleet" },
    fieldManager: fieldManagers.lease,
    identity: leaderIdentity({
      host: hostname(),
      id: randomUUID(),
      endpoint: ingestion && replicaEndpoint(ingestion),
    }),
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

interface Gate {
  readonly halt: AbortSignal;
  readonly metrics: Metrics;
  readonly mayWrite: () => boolean;
  readonly heardTime: (ms: number) => void;
}

function gatedClient(
  connection: Connection,
  { maxRequestsPerSecond: perSecond }: OperatorConfig,
  { halt, metrics, mayWrite, heardTime }: Gate,
): ApiClient {
  const now = () => performance.now();
  const burst = Math.max(1, perSecond);
  const limit = perSecond === 0 ? {} : { admit: rateLimit({ perSecond, burst }, now, sleep) };
  return new ApiClient(connection, halt, {
    userAgent,
    sleep,
    random: Math.random,
    mayWrite,
    observe: metrics.answered,
    heardTime,
    ...limit,
  });
}

function settingsOf(config: OperatorConfig): Settings {
  return {
    proxyImage: config.proxyImage,
    operatorNamespace: config.namespace,
    monitoringNamespaces: config.monitoringNamespaces,
    namespaces: config.watchNamespaces,
    feeds: config.feeds,
  };
}

function registerLeader(metrics: Metrics, isLeading: () => boolean): void {
  metrics.gauge(
    {
      name: "leader_election_master_status",
      help: "1 for the operator that leads, 0 for one that waits",
      labelNames: ["name"],
    },
    () => [[{ name: "proxyfleet" }, isLeading() ? 1 : 0]],
  );
}

function registerClock(metrics: Metrics, clock: CheckedClock): void {
  metrics.gauge(
    {
      name: "proxyfleet_clock_ahead_seconds",
      help: "How far this machine's clock is ahead of the API server's",
      labelNames: [],
    },
    () => (clock.aheadBy === undefined ? [] : [[{}, clock.aheadBy / 1000]]),
  );
}
