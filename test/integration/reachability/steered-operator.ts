import { join } from "node:path";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { pino } from "pino";
import { appliedMarks, eventReporter } from "../../../src/api/names.ts";
import { type Caches, storeOf, watchCaches } from "../../../src/cluster/caches.ts";
import type { FeedSettings } from "../../../src/cluster/settings.ts";
import { type World, makeControllers } from "../../../src/controllers.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { EventRecorder } from "../../../src/kubernetes/events.ts";
import { PodReports } from "../../../src/pods/io/reports.ts";
import { secretRevision } from "../../../src/proxy/lane-certificates.ts";
import { issueCertificate } from "../../../src/proxy/io/issue-certificate.ts";
import { FeedReadings } from "../../../src/reachability/feeds/io/feed-readings.ts";
import type { FeedRound } from "../../../src/reachability/feeds/feed.ts";
import { noFeeds } from "../../../src/reachability/feeds/settings.ts";
import { PlanApplier } from "../../../src/runtime/apply-plan.ts";
import { sleep, timer } from "../../../src/runtime/clock.ts";
import type { Controller } from "../../../src/runtime/controller.ts";
import { Manager } from "../../../src/runtime/manager.ts";
import { cryptoRandom } from "../../../src/runtime/random.ts";
import { StatusFields } from "../../../src/runtime/status-fields.ts";
import { type Instant, type Millis, instant, plus } from "../../../src/values/time.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { rendered } from "../../chart/rendered.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { apply, kubeconfigOf } from "../operator/operator.ts";
import { FakeService, home } from "./measuring-operator.ts";

/** Nothing is behind the addresses here: who would test them, and make Services, stays away. */
const controllers = [
  "fleet",
  "pod",
  "evidence",
  "arrivals",
  "outage-feed",
  "reachability",
  "vantage-point",
] as const;
type ControllerName = (typeof controllers)[number];

/**
 * The operator's controllers of fleets and of evidence as it wires them, with the chart's rights for
 * the namespace default, in a world that the test steers.
 */
export class SteeredOperator {
  readonly service = new FakeService();
  now: Instant;
  /** What the only feed says. */
  feed: () => FeedRound = () => ({ readings: [], answer: { kind: "worked" } });
  /** Sessions of each lane of the pods so far, by name of the ledger entry. */
  readonly sessions = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #ended = new Map<string, number>();
  readonly #running = new Map<ControllerName, Controller>();
  #end: Promise<unknown> = Promise.resolve();

  private constructor(now: Instant) {
    this.now = now;
  }

  static async start(
    server: ApiServer,
    { now = instant(Date.now()), feeds = noFeeds }: { now?: Instant; feeds?: FeedSettings } = {},
  ): Promise<SteeredOperator> {
    const rights = await rendered({ watchNamespaces: ["default"], crds: { enabled: false } });
    const isRight = ({ kind }: { readonly kind: string }) =>
      /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind);
    await apply(server, namespaceObject(home), ...rights.filter(isRight));
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-steered-"));
    removeAtExit(folder);
    const account = { namespace: home, account: "proxyfleet" };
    const kubeconfig = await kubeconfigOf(server, account, join(folder, "kubeconfig"));
    const operator = new SteeredOperator(now);
    await operator.#run(kubeconfig, feeds);
    return operator;
  }

  /** Time stands still but for this. */
  later(by: Millis): void {
    this.now = plus(this.now, by);
  }

  /** A reconcile that begins after this, and has ended. */
  async look(name: ControllerName, key: string): Promise<void> {
    const count = () => this.#ended.get(`${name} ${key}`) ?? 0;
    const before = count();
    await waitFor(`${name} to look at ${key}`, () => {
      this.#running.get(name)?.queue.add(key);
      // The first that ends may have begun before.
      return count() > before + 1;
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#end;
  }

  async #run(kubeconfig: string, feeds: FeedSettings): Promise<void> {
    const { signal } = this.#stop;
    const log = pino({ level: "silent" });
    const connection = Connection.fromDefault(kubeconfig, { http2: false });
    const random = Math.random;
    const client = new ApiClient(connection, signal, { userAgent: "test", sleep, random });
    const manager = new Manager({ client, log, namespaces: ["default"], workers: 2 });
    const caches = watchCaches(manager);
    const world = this.#world(caches);
    const applier = new PlanApplier({
      client,
      storeOf: (of) => storeOf(caches, of),
      events: new EventRecorder({ client, log, ...eventReporter, now: () => new Date() }),
      marks: appliedMarks,
      statusFields: new StatusFields({ client, clock: world.clock, onOutdated: () => undefined }),
      clock: world.clock,
    });
    const settings = { proxyImage: "proxy:1", operatorNamespace: home, feeds };
    const made = makeControllers({
      caches,
      client,
      applier,
      reports: new PodReports(),
      feeds: new FeedReadings(),
      settings: { ...settings, namespaces: ["default"] },
      world,
      log,
    });
    for (const name of controllers)
      for (const one of made.filter((each) => each.name === name)) {
        this.#running.set(name, one);
        manager.add(this.#counted(one));
      }
    const filling = manager.fill(signal);
    await manager.filled(signal);
    this.#end = Promise.all([filling, manager.work(signal)]).then(async () => connection.close());
  }

  #counted(controller: Controller): Controller {
    return {
      ...controller,
      reconcile: async (key, log) => {
        const outcome = await controller.reconcile(key, log);
        const name = `${controller.name} ${key}`;
        if (outcome.kind !== "tooEarly") this.#ended.set(name, (this.#ended.get(name) ?? 0) + 1);
        return outcome;
      },
    };
  }

  #world({ secrets }: Caches): World {
    return {
      now: () => this.now,
      clocksAgree: () => true,
      onClockTurn: () => undefined,
      random: () => 0.5,
      clock: () => performance.now(),
      timer,
      readStatus: async ({ metadata: { namespace } }) => ({
        revision: secretRevision(secrets.get({ namespace, name: "family-proxy" })) ?? "",
        lanes: [...this.sessions].map(([address, sessionsTotal], lane) => ({
          lane,
          open: true,
          address,
          sessionsTotal,
        })),
      }),
      probe: async () => Promise.reject(new Error("nothing is there")),
      resolve: async () => Promise.reject(new Error("nothing is there")),
      makeCertificate: async (now) => issueCertificate(now, cryptoRandom),
      sourceOf: ({ metadata }, token) => this.service.source(metadata.name, token, () => this.now),
      feedOf: () => ({ read: async () => this.feed() }),
    };
  }
}
