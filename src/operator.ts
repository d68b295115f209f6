import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { registerAddressMetrics } from "./address/io/metrics.ts";
import { appliedMarks, eventReporter } from "./api/names.ts";
import { candidate } from "./candidate.ts";
import { type Caches, storeOf, watchCaches } from "./cluster/caches.ts";
import type { Settings } from "./cluster/settings.ts";
import type { OperatorConfig } from "./config.ts";
import { type NewsParts, makeControllers, realWorld } from "./controllers.ts";
import { registerFleetMetrics } from "./fleet/io/metrics.ts";
import { registerReachabilityMetrics } from "./reachability/io/metrics.ts";
import { Inbox } from "./ingestion/io/inbox.ts";
import { operateIngestion } from "./ingestion/io/operate.ts";
import { ApiClient } from "./kubernetes/client.ts";
import { Connection } from "./kubernetes/connection.ts";
import { EventRecorder } from "./kubernetes/events.ts";
import type { LeaderElection } from "./kubernetes/lease.ts";
import { followServedKinds } from "./kubernetes/served-kinds.ts";
import { rateLimit } from "./kubernetes/rate-limit.ts";
import { Couriers } from "./news/io/couriers.ts";
import { registerNewsMetrics } from "./news/io/metrics.ts";
import { newsAgent, newsSender } from "./news/io/send.ts";
import { SigningKeys } from "./news/io/signing-keys.ts";
import { FeedReadings } from "./reachability/feeds/io/feed-readings.ts";
import { registerFeedMetrics } from "./reachability/feeds/io/metrics.ts";
import type { ReportEvidence } from "./reachability/evidence.ts";
import { boundFetch } from "./reachability/sources/io/bounded-fetch.ts";
import { registerPodMetrics } from "./pods/io/metrics.ts";
import { operatePages } from "./pages/io/operate.ts";
import { serveDashboardOf } from "./dashboard-parts.ts";
import { pageParts } from "./page-parts.ts";
import { builtPage } from "./web/page-files.ts";
import { versionKinds } from "./pool/providers.ts";
import { PodReports } from "./pods/io/reports.ts";
import { type PodStatusReader, directReader, proxiedReader } from "./pods/io/status-reader.ts";
import { PlanApplier } from "./runtime/apply-plan.ts";
import { CheckedClock } from "./runtime/checked-clock.ts";
import { sleep } from "./runtime/clock.ts";
import { StatusFields } from "./runtime/status-fields.ts";
import { serveHealth } from "./runtime/health.ts";
import { endInTime, whileLeading } from "./runtime/leadership.ts";
import { Manager } from "./runtime/manager.ts";
import { Metrics } from "./runtime/metrics.ts";
import { cryptoRandom } from "./runtime/random.ts";
import { followShareKey } from "./share/io/key-keeper.ts";
import { isKeyInUse } from "./share/io/key-use.ts";
import { shareKeyLength } from "./share/tokens.ts";
import { userAgent } from "./version.ts";

/**
 * After a stop was asked for, reconciles under way have this long (ms): half of the pod's grace
 * period.
 */
const graceMs = 10_000;

/** Pages are shown as long as fleets and addresses were heard of within this (ms): three bookmarks. */
const pagesKnownMs = 180_000;

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
  const { watchNamespaces: namespaces, workers } = config;
  const manager = new Manager({ client, log, namespaces, metrics, workers });
  const caches = watchCaches(manager);
  election?.onWentBack(() => manager.relist());
  const parts = { client, config, metrics, isLeading, checkedClock, log };
  const wiring = { ...parts, caches, ...podsOf(client, inCluster), ...inboxesOf(config) };
  addControllers(manager, wiring);
  registerLeader(metrics, () => election?.isLeading ?? manager.isSynced);
  const health = await answerProbes(config, manager, metrics);
  const { proxyImage } = config;
  log.info({ server: connection.server, proxyImage, namespaces }, "operator started");
  const filling = manager.fill(halt.signal);
  let serving: Promise<void> | undefined;
  const work = async (signal: AbortSignal) => manager.work(signal);
  let following: Promise<void> | undefined;
  try {
    if (!(await manager.filled(stop))) return;
    const isCurrent = () => manager.hears(["WhatsAppProxy", "ProxyAddress"], pagesKnownMs);
    serving = serveStrangers({ ...wiring, isCurrent }, election, halt.signal);
    following = follow(wiring, halt.signal);
    if (election === undefined) await endInTime(work(stop), { stop, graceMs, log });
    else await whileLeading(election, { stop, halt: () => halt.abort(), graceMs, log, work });
  } finally {
    halt.abort();
    health.close();
    await Promise.all([filling, serving, following]);
    await connection.close();
    log.info("operator stopped");
  }
}

/** How pods are asked, and what they said. */
function podsOf(client: ApiClient, inCluster: boolean) {
  return {
    reader: inCluster ? directReader() : proxiedReader(client),
    reports: new PodReports(),
  };
}

/** Through which evidence from outside comes in. */
interface Inboxes {
  readonly inbox: Inbox | undefined;
  readonly pageReports: Inbox<ReportEvidence> | undefined;
}

function inboxesOf({ ingestion, pages }: OperatorConfig): Inboxes {
  return {
    inbox: ingestion === undefined ? undefined : new Inbox(),
    pageReports: pages === undefined ? undefined : new Inbox<ReportEvidence>(),
  };
}

interface Wiring extends Inboxes {
  readonly caches: Caches;
  readonly client: ApiClient;
  readonly config: OperatorConfig;
  readonly metrics: Metrics;
  readonly reader: PodStatusReader;
  readonly reports: PodReports;
  readonly isLeading: () => boolean;
  readonly checkedClock: CheckedClock;
  readonly log: Logger;
}

interface ServingWiring extends Wiring {
  /** Whether the caches follow the API server. */
  readonly isCurrent: () => boolean;
}

async function answerProbes({ healthPort }: OperatorConfig, manager: Manager, metrics: Metrics) {
  return serveHealth(healthPort, {
    problem: () => manager.problem,
    isReady: () => manager.isSynced,
    metrics: () => metrics.text(),
  });
}

/** What anybody may reach, if an admin wants it: on each replica, whether or not it leads. */
async function serveStrangers(
  wiring: ServingWiring,
  election: LeaderElection | undefined,
  stop: AbortSignal,
): Promise<void> {
  await Promise.all([
    serveAgents(wiring, election, stop),
    serveSharePages(wiring, election, stop),
    serveTheDashboard(wiring, stop),
  ]);
}

/** Each replica shows people of the cluster what their rights allow. */
async function serveTheDashboard(
  { config, reader: readStatus, checkedClock: { now }, ...wiring }: ServingWiring,
  stop: AbortSignal,
): Promise<void> {
  const { dashboard: settings, namespace } = config;
  await serveDashboardOf(
    { ...wiring, settings, files: builtPage(), namespace, readStatus, now },
    stop,
  );
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

/** What is read again and again, on each replica. */
async function follow(wiring: Wiring, stop: AbortSignal): Promise<void> {
  const { client, caches, log } = wiring;
  const { servedKinds: into } = caches;
  await Promise.all([
    followKey(wiring, stop),
    followServedKinds({ client, into, kinds: versionKinds, sleep, log }, stop),
  ]);
}

/** Paths of share pages follow from a key that all replicas know, and the one that leads makes. */
async function followKey(
  { caches, client, config, isLeading, log }: Wiring,
  stop: AbortSignal,
): Promise<void> {
  const { namespace } = config;
  const makeKey = () => randomBytes(shareKeyLength);
  const isInUse = () => isKeyInUse(caches);
  const { ownSecrets: store, shareKeyTrouble: trouble } = caches;
  const shared = { client, namespace, store, trouble, isInUse, sleep, log };
  await followShareKey({ ...shared, mayMake: isLeading, makeKey }, stop);
}

/** Each replica serves share pages, and those that don't lead hand on what people report. */
async function serveSharePages(
  { isCurrent, ...wiring }: ServingWiring,
  election: LeaderElection | undefined,
  stop: AbortSignal,
): Promise<void> {
  const { caches, client, config, isLeading, pageReports, checkedClock, log } = wiring;
  const { now } = checkedClock;
  const { pages: settings, namespace } = config;
  if (settings === undefined || pageReports === undefined) return;
  const parts = pageParts(caches, namespace);
  const holder = () => election?.holder ?? "";
  const shared = { settings, caches, client, namespace, isLeading, holder };
  const { take } = pageReports;
  await operatePages({ ...shared, ...parts, isCurrent, take, now, log }, stop);
}

function addControllers(manager: Manager, wiring: Wiring): void {
  const { caches, client, config, metrics, reader, reports, isLeading, checkedClock, log } = wiring;
  const { inbox, pageReports } = wiring;
  const world = realWorld(reader, checkedClock, config.resolvers);
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
  applier.follow(caches.dnsEndpoints);
  const settings = settingsOf(config);
  const feeds = new FeedReadings();
  const news = newsOf(wiring);
  const shared = { caches, client, applier, reports, feeds, settings, world, log };
  const controllers = makeControllers({ ...shared, inbox, pageReports, news });
  for (const controller of controllers) manager.add(controller);
  registerAddressMetrics(metrics, caches, isLeading);
  registerFleetMetrics(metrics, caches, world.now);
  registerReachabilityMetrics(metrics, caches);
  registerPodMetrics(metrics, caches, reports);
  registerFeedMetrics(metrics, feeds);
  if (news !== undefined) registerNewsMetrics(metrics, news.couriers);
  registerClock(metrics, checkedClock);
}

function newsOf({ client, config, checkedClock: { now } }: Wiring): NewsParts | undefined {
  const { newsConfig: path, namespace } = config;
  if (path === undefined) return undefined;
  const keys = new SigningKeys({ client, namespace }, now);
  const send = newsSender({ keys, now, userAgent, agent: newsAgent() });
  return { path, couriers: new Couriers(), send };
}

const outdatedText =
  "this CustomResourceDefinition is older than the operator, so a status says less than it could. Install the CRDs of this version: with helm upgrade, or kubectl apply of dist/install.yaml";

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
    fixedUid: config.fixedUid,
    operatorNamespace: config.namespace,
    monitoringNamespaces: config.monitoringNamespaces,
    privateUpstreams: config.privateUpstreams,
    namespaces: config.watchNamespaces,
    feeds: config.feeds,
    rollouts: config.rollouts,
    servesPages: config.pages !== undefined,
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
